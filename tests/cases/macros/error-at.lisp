;; error: E0601 @ 8:18
; A macro that says which of the forms it was given is wrong.

(defmacro numbers (&rest forms)
  (dolist (form forms) (unless (integerp form) (error-at form "~a is no number" form)))
  `(+ ,@forms))
(defprog p (:section "cgroup_skb/egress")
  (if (numbers 1 (half 2)) 1 0))
