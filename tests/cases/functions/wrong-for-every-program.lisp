;; error: E0101 @ 4:76
; A function that is built for each program that calls it is as wrong the second time, though it is said once.
(defstruct big (a (array u64 16)))
(defun jump ((c ctx) (x u64)) :returns u64 (let ((b (make-big))) (big-a b (x 7))))
(defprog fits (:section "cgroup_skb/egress") (jump (ctx-ptr) 2) 1)
(defprog over (:section "cgroup_skb/egress") (jump (ctx-ptr) 2) 1)
