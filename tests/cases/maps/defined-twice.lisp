;; error: E0105 @ 4:9

(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defmap a :type :hash :key u32 :value u64 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
