;; error: E0105 @ 8:30
;; error: E0105 @ 9:29
;; error: E0105 @ 10:25
;; error: E0105 @ 11:27
;; error: E0105 @ 12:18
;; error: E0601 @ 13:41
; Parameters, fields and members that are defined twice: at the second.
(defstruct s (a u32) (b u8) (a u64))
(defunion u (a u32) (b u8) (a u64))
(defenum e (one) (two) (one))
(defun f ((x u32) (y u32) (x u64)) :returns u64 1)
(defmacro m (a b a) a)
(defheader h (kind :offset 0 :type u8) (kind :offset 1 :type u8))
(defprog p (:section "cgroup_skb/egress") 1)
