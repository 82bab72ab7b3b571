;; error: E0201 @ 11:21
;; error: E0201 @ 12:21
;; error: E0201 @ 13:21
;; error: E0201 @ 14:18
; What is copied into a field is like it.
(defstruct in (a u8) (b u8))
(defstruct other (a u8) (b u8))
(defstruct out (x u32) (y in) (z (array u8 4)))
(defprog p (:section "cgroup_skb/egress")
  (let ((o (make-out)) (bytes (make-other)))
    (setf (out-y o) 5)
    (setf (out-y o) bytes)
    (setf (out-z o) 7)
    (make-out :y (make-other))
    1))
