;; run: -> o[0]=1, o[1]=0xffffffffffffffff

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i (u32 3))
    (setf (getmap o 0) (u64 (- i 1))))
  (dotimes (i 1)
    (setf (getmap o 1) (- i 1)))
  1)
