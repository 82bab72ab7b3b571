;; error: E0601 @ 8:16
;; error: E0109 @ 9:16
;; error: E0204 @ 10:33
;; error: E0601 @ 11:16
;; error: E0403 @ 13:47
;; error: E0109 @ 13:54
; What is wrong with a constant's form is said where it stands.
(defconstant a (let ((x 1)) (+ x y)))
(defconstant b (if t "text" 0))
(defconstant c (let ((x (sizeof nothing))) x))
(defconstant d (dotimes (i 100000000) i))
(defprog p (:type :xdp)
  (let ((n (ctx rx-queue-index))) (dotimes (i n :max (if (= n 2) 3 4)) (store u8 0 0 0)))
  XDP_PASS)
