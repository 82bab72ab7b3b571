;; error: E0112 @ 11:9
;; error: E0112 @ 12:9
;; error: E0112 @ 13:9
;; error: E0203 @ 14:3
;; error: E0112 @ 16:9
; Which fields of a socket a congestion control sets, and that others do not.
(import-kernel-struct sock sk_mark)
(import-kernel-struct tcp_sock snd_cwnd mss_cache)
(defmap ops :type :struct-ops :value tcp_congestion_ops :values ((ssthresh threshold)))
(defprog threshold (:type :struct-ops)
  (setf (tcp-sock-mss-cache (ctx sk)) 7)
  (incf (sock-sk-mark (ctx sk)))
  (setf (tcp-sock-snd-cwnd 7) 1)
  #x1234567890)
(defprog other (:section "tp_btf/sched_switch")
  (setf (tcp-sock-snd-cwnd (ctx prev)) 7)
  0)
