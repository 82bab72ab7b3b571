;; error: E0108 @ 3:42

(defmap a :type :hash :key u32 :key-size 4 :value u64 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
