;; error: E0201 @ 26:11
;; error: E0201 @ 27:11
;; error: E0201 @ 28:13
;; error: E0201 @ 29:21
;; error: E0201 @ 30:20
;; error: E0201 @ 31:21
;; error: E0201 @ 32:19
;; error: E0201 @ 33:22
;; error: E0201 @ 34:24
;; error: E0201 @ 35:19
;; error: E0201 @ 36:56
;; error: E0201 @ 37:44
;; error: E0201 @ 38:18
;; error: E0201 @ 39:23
;; error: E0201 @ 40:13
;; error: E0201 @ 41:13
;; error: E0201 @ 42:13
;; error: E0201 @ 44:43
; No pointer may be compared with a number, returned or stored where it leaks, whatever root's verifier lets pass.
(defstruct record (n u64) (m u64))
(defmap h :type :hash :key u64 :value u64 :max-entries 4)
(defmap events :type :ringbuf :max-entries 4096)
(defvar g u64)
(defprog p (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup h 1)) (q (map-lookup h 2)))
    (when (= p 7) (setf g 1))
    (when (< p q) (setf g 2))
    (setf g p)
    (setf (deref q) p)
    (store u64 q 0 p)
    (map-update h 1 p)
    (map-update h p 1)
    (setf (ctx mark) p)
    (setf (getmap h 1) (logand p 7))
    (atomic-add q p)
    (with-ringbuf (e events record) (setf (record-n e) p))
    (ringbuf-output events (make-record :n p) 0)
    (setf g (u64 p))
    (setf g (cast u64 p))
    (incf g p)
    (case p (7 (setf g 3)))
    (setf g (* p 2)))
  1)
(defun gives ((p (ptr u64))) :returns u64 p)
