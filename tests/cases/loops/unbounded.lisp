;; error: E0403 @ 6:15

(defmap o :type :array :key u32 :value u64 :max-entries 16)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i (getmap o 0)) nil)
  1)
