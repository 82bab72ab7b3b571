;; error: E0601 @ 9:3
;; error: E0601 @ 10:3

; An error in a macro that a macro's macro calls, and a call with too few forms.
(defmacro outer (x) `(inner ,x 1))
(defmacro inner (x y) `(middle ,y ,x))
(defmacro middle (a b) (if (symbolp b) `(+ ,a ,b) (error "middle wants a name, and this is ~a" b)))
(defprog p (:section "cgroup_skb/egress")
  (outer 5)
  (inner 1)
  1)
