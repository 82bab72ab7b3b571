;; error: E0109 @ 7:19
;; error: E0109 @ 8:21
;; error: E0109 @ 10:21
; A constant whose value leads back to it, by way of others or by itself.
(defconstant a (+ b 1))
(defconstant b (* c 2))
(defconstant c (- a 1))
(defconstant own (+ own 1))
(defenum e (first) (third (+ fourth 1)))
(defconstant fourth third)
(defprog p (:type :tc) (setf (ctx mark) (+ a own)) TC_ACT_OK)
