;; error: E0501 @ 16:5
;; error: E0501 @ 21:5
; 256 bytes are there for what calls a function that makes tail calls; an inlined function counts as its caller.
(defstruct big (a (array u64 16)))
(defmap next :type :prog-array :max-entries 2)
(defun jump ((c ctx) (x u64)) :returns u64
  (let ((b (make-big))) (setf (big-a b (logand x 15)) x) (tail-call next 0) (big-a b (logand x 7))))
(defun work ((x u64)) :returns u64 :inline t
  (let ((b (make-big))) (setf (big-a b (logand x 15)) x) (big-a b (logand x 7))))
(defprog fits (:section "cgroup_skb/egress")
  (jump (ctx-ptr) (work (u64 (ctx len))))
  1)
(defprog over (:section "cgroup_skb/egress")
  (let ((b (make-big)) (c (make-big)) (i (logand (ctx mark) 15)))
    (setf (big-a b i) 1 (big-a c i) 1)
    (jump (ctx-ptr) (+ (big-a b (logand (ctx len) 15)) (big-a c (logand (ctx len) 15)))))
  1)
(defprog inlined (:section "cgroup_skb/egress")
  (let ((b (make-big)) (i (logand (ctx mark) 15)))
    (setf (big-a b i) 1)
    (jump (ctx-ptr) (+ (work (u64 i)) (big-a b (logand (ctx len) 15)))))
  1)
