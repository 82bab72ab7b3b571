; What a function that is proven by itself cannot be given, cannot return, and what its callers do not know.
;; error: E0201 @ 18:18
;; error: E0201 @ 19:15
;; error: E0201 @ 19:29
;; error: E0201 @ 20:19
;; error: E0102 @ 21:53
;; error: E0201 @ 22:61
;; error: E0108 @ 23:24
;; error: E0401 @ 25:55
;; error: E0112 @ 30:3
;; error: E0309 @ 31:3
;; error: E0408 @ 35:40
(defstruct counter (lock bpf-spin-lock) (n u32))
(defstruct pair (a u32) (b u32))
(defmap locked :type :array :key u32 :value counter :max-entries 1)
(defvar fixed pair :section :rodata)

(defun not-null ((p (ptr pair))) :global t (pair-a p))
(defun bytes ((data packet) (end packet-end)) :global t 0)
(defun with-lock ((c (nullable (ptr counter)))) :global t 0)
(defun six ((a u32) (b u32) (c u32) (d u32) (e u32) (f u32)) :global t 0)
(defun gives ((p (nullable (ptr pair)))) :global t :returns (nullable (ptr pair)) p)
(defun both () :global t :inline t 0)

(defun untested ((p (nullable (ptr pair)))) :global t (pair-a p))
(defun verdict () :global t 1)
(defun change ((p (nullable (ptr pair)))) :global t (when p (setf (pair-a p) 1)) 0)

(defprog p (:section "cgroup_skb/egress")
  (change fixed)
  (verdict))

(defprog q (:section "cgroup_skb/egress")
  (when-let ((v (map-lookup locked 0)))
    (with-spin-lock ((counter-lock v)) (verdict)))
  1)

(defprog r (:section "cgroup_skb/egress") (untested nil) 1)
