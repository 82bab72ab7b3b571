;; error: E0110 @ 3:1

(defconstant a 1)
