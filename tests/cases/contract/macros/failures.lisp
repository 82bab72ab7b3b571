;; error: E0601 @ 16:3
;; error: E0601 @ 17:3
;; error: E0602 @ 18:3
;; error: E0201 @ 19:13
;; error: E0601 @ 20:3
;; error: E0601 @ 21:3
;; error: E0601 @ 22:3
; An error inside a macro shows the macro, the call and the chain; evaluation is bounded in steps and depth.
(defmacro checked (n) (if (integerp n) n (error "~a is not a number of ~d" n 3)))
(defmacro outer (x) `(checked ,x))
(defmacro deep (n) (labels ((f (n) (+ 1 (f n)))) (f n)))
(defmacro itself (x) `(itself ,x))
(defmacro bad-code (p) `(deref ,p))
(defmacro few (a b &key c) (list '+ a b c))
(defprog p (:section "cgroup_skb/egress")
  (outer many)
  (deep 1)
  (itself 1)
  (bad-code (ctx len))
  (few 1)
  (few 1 2 :d 3)
  (checked (car 5))
  1)
