;; error: E0108 @ 3:58

(defmap a :type :hash :key u32 :value u64 :max-entries 1 :max-entries 2)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
