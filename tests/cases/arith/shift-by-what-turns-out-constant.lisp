;; run: o[1]=3 -> o[0]=0x80000000, o[2]=0x8000000000000000

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (u32 31)))
    (setf (getmap o 0) (u64 (<< (u32 (getmap o 1)) (+ n n 1))))
    (setf (getmap o 2) (<< (getmap o 1) (- (u64 n) 32))))
  1)
