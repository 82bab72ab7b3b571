;; compile-only
; A congestion control: what its programs are called with follows from the members that they are for.
(import-kernel-struct sock sk_mark)
(defmap calls :type :array :key u32 :value u64 :max-entries 2)

(defmap reno-like :type :struct-ops :value tcp_congestion_ops
  :values ((ssthresh count-threshold) (cong-avoid count-avoided) (name "reno_like") (flags 2)))

(defprog count-threshold (:type :struct-ops)
  (incf (getmap calls 0))
  (if (= (sock-sk-mark (ctx sk)) 7) 2 4))

(defprog count-avoided (:type :struct-ops :section "struct_ops/cong_avoid")
  (incf (getmap calls 1) (+ (ctx ack) (ctx acked)))
  0)
