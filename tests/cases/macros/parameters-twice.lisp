;; error: E0105 @ 8:18
;; error: E0105 @ 9:40
;; error: E0105 @ 10:39
;; error: E0105 @ 13:30
;; error: E0601 @ 11:41
; A parameter of a name that the list has already, at any depth: at the second.

(defmacro m (a b a) a)
(defmacro n ((a &key b) &optional (c 3 b)) a)
(defmacro w () (destructuring-bind (a a) '(1 2) a))
(defheader h (kind :offset 0 :type u8) (kind :offset 1 :type u8))
(defprog p (:section "cgroup_skb/egress")
  (macrolet ((local (x &rest x) x)) (local 1 2))
  (m 1 2 3)
  (w)
  1)
