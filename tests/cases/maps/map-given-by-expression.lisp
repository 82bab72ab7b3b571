;; error: E0107 @ 7:11

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (getmap (+ 1 2) 0)
  1)
