;; error: E0108 @ 3:43

(defmap a :type :hash :key u32 :value u64 :max-entires 1 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
