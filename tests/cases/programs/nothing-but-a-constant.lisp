;; error: E0110 @ 1:1

(defconstant a 1)
