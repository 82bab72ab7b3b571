;; run: -> o[0]=0x45, o[1]=17

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (u32 0)))
    (skb-load-bytes (ctx-ptr) 0 (stack-addr x) 4)
    (setf (getmap o 0) (u64 (u8 x)))
    (skb-load-bytes (ctx-ptr) 8 (stack-addr x))
    (setf (getmap o 1) (u64 (u8 (>> x 8)))))
  1)
