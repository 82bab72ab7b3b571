;; error: E0202 @ 17:13
;; error: E0202 @ 18:18
;; error: E0202 @ 19:11
;; error: E0202 @ 20:13
;; error: E0202 @ 21:13
;; error: E0202 @ 22:13
;; error: E0202 @ 23:13
;; error: E0202 @ 24:5
;; error: E0202 @ 25:13
;; error: E0202 @ 26:11
;; error: E0202 @ 27:13
; Mixing that could change a value is an error with both casts, at the form, in every form that has operands.
(defstruct s (i i32) (u u64) (b (bits i32 4)))
(defmap m :type :hash :key u32 :value s :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (let* ((s (make-s)) (i (s-i s)) (u (s-u s)) (n i8 1) (w (ctx len)) (x 0))
    (setf x (+ 1 w i))
    (setf x (u64 (max u i)))
    (when (< 0 i w) (setf x 1))
    (setf x (logand n w))
    (setf x (if x i u))
    (setf x (case x (1 w) (2 n)))
    (setf x (or i w))
    (incf u i)
    (setf x (mod w n))
    (when (= (s-b s) w) (setf x 2))
    (setf x (+ n #xff w)))
  1)
