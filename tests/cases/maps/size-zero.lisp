;; error: E0302 @ 3:33

(defmap a :type :hash :key-size 0 :value u64 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
