;; compile-only
; A congestion control: what its programs are called with follows from the members that they are for.
(import-kernel-struct sock sk_mark)
(defmap calls :type :array :key u32 :value u64 :max-entries 2)

(defmap reno-like :type :struct-ops :value tcp_congestion_ops
  :values ((ssthresh count-threshold) (cong-avoid count-avoided) (name "reno_like") (flags 2) (rate count-rate)))

(defprog count-threshold (:type :struct-ops)
  (incf (getmap calls 0))
  (if (= (sock-sk-mark (ctx sk)) 7) 2 4))

(defprog count-avoided (:type :struct-ops :section "struct_ops/cong_avoid")
  (incf (getmap calls 1) (+ (ctx ack) (ctx acked)))
  0)

; A member that returns 64 bits has all of them returned; the socket is a `tcp_sock`, some of which is set.
(import-kernel-struct tcp_sock snd_cwnd mss_cache)
(defprog count-rate (:type :struct-ops)
  (setf (tcp-sock-snd-cwnd (ctx sk)) 7)
  (incf (tcp-sock-snd-cwnd (ctx sk)) (tcp-sock-mss-cache (ctx sk)))
  (when (= (tcp-sock-snd-cwnd (ctx sk)) 9) (return #x123456789))
  (* (u64 (tcp-sock-mss-cache (ctx sk))) #x100000000))
