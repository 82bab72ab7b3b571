;; error: E0307 @ 15:14
;; error: E0307 @ 16:14
;; error: E0307 @ 17:14
;; error: E0307 @ 18:14
;; error: E0307 @ 18:26
;; error: E0307 @ 19:3
;; error: E0307 @ 20:3
;; error: E0402 @ 21:11
;; error: E0104 @ 22:8
;; error: E0306 @ 24:36
;; error: E0306 @ 24:50
;; error: E0104 @ 25:38
; What the attach type does not allow, told where it is written, with who may.
(defprog a (:section "cgroup_skb/egress")
  (setf (ctx u16 8) 1)
  (setf (ctx len) 1)
  (setf (ctx u32 0) 1)
  (setf (ctx tc-classid) (ctx u64 8))
  (ctx u32 2)
  (ctx u32 4000)
  (ctx cb 5)
  (ctx cb)
  1)
(defprog b (:type :xdp) (setf (ctx mark) 1) (ctx sk) XDP_PASS)
(defun f ((x u64)) :returns u64 (+ x (ctx len)))
(defun g ((c ctx)) :returns u64 (ctx len))
(defprog c (:section "cgroup_skb/ingress") (if (f (g (ctx-ptr))) 1 0))
