;; error: E0104 @ 3:1

(defprog p)
