; A function with a mistake that two programs call: it is told once, and neither is built.
;; error: E0103 @ 5:44
(defstruct big (a (array u64 16)))
(defun pick ((x u64)) :returns u64
  (let ((b (make-big))) (big-a b (logand x p))))
(defprog one (:section "cgroup_skb/egress") (pick (ctx len)) 1)
(defprog two (:section "cgroup_skb/egress")
  (let ((b (make-big))) (pick (+ (big-a b (logand (ctx len) 15)) 1)))
  1)
