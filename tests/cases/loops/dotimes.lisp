;; run: -> o[0]=10, o[1]=0

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 5) (incf (getmap o 0) i))
  (dotimes (i 0) (incf (getmap o 1)))
  1)
