;; error: E0104 @ 6:23

(defmap o :type :array :key u32 :value u64 :max-entries 16)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (case (getmap o 0) (otherwise 2) (1 2))
  1)
