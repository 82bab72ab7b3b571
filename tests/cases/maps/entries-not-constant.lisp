;; error: E0103 @ 5:56

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap b :type :hash :key u32 :value u64 :max-entries n)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
