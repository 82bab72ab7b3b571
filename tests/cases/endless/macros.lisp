;; error: E0602 @ 18:3
;; error: E0602 @ 19:3
;; error: E0601 @ 20:3
;; error: E0601 @ 21:3
;; error: E0602 @ 22:3

; Macros without an end: that give a call of themselves, of each other, that go on while they run, and that
; give two calls of themselves each time, after which nothing more is expanded.
(defmacro forever (x) `(forever (+ ,x 1)))
(defmacro ping (x) `(pong ,x))
(defmacro pong (x) `(ping ,x))
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun down (n) (down (+ n 1))))
(defmacro deep () (down 0))
(defmacro spin () (loop (car nil)))
(defmacro grow (x) `(progn (grow ,x) (grow ,x)))
(defprog p (:section "cgroup_skb/egress")
  (forever 1)
  (ping 1)
  (deep)
  (spin)
  (grow 1)
  1)
