;; error: E0104 @ 11:41
;; error: E0104 @ 13:12
;; error: E0104 @ 14:9
;; error: E0403 @ 15:3
;; error: E0403 @ 16:3
;; error: E0109 @ 16:23
;; error: E0403 @ 17:15
;; error: E0403 @ 18:16
; break and continue are for loops, a while needs its :max, a run-time bound too.
(defvar n u64)
(defun f ((x u64)) :returns u64 (when x (break)) x)
(defprog p (:section "cgroup_skb/egress")
  (block b (continue))
  (when (break) 1)
  (while (< n 5) (setf n 1))
  (while (< n 5) :max n (setf n 1))
  (dotimes (i (ctx mark)) (f (break)))
  (loop repeat (ctx mark) do (setf n 1))
  1)
