;; error: E0109 @ 6:28

(defmap o :type :array :key u32 :value u64 :max-entries 16)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx cb (getmap o 0)))
  1)
