;; error: E0109 @ 7:25

(defmap o :type :array :key u32 :value u64 :max-entries 16)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 1))
    (case (getmap o 0) (x 2))
    1))
