;; error: E0101 @ 15:13
;; error: E0601 @ 16:3
;; error: E0601 @ 17:3
;; error: E0601 @ 18:3
;; error: E0602 @ 19:3
;; error: E0103 @ 20:3

(defmacro add-one (x) `(+ ,x 1))
(defmacro needs-two (a b) `(+ ,a ,b))
(defmacro picky (x) (if (integerp x) x (error "~a is no integer" x)))
(defmacro broken (x) (car x))
(defmacro again (x) `(again ,x))
(defmacro wrong () '(+ missing 1))
(defprog p (:section "cgroup_skb/egress")
  (add-one (undefined-name))
  (needs-two 1)
  (picky y)
  (broken 5)
  (again 1)
  (wrong)
  1)
