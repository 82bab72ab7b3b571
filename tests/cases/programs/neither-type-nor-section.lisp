;; error: E0108 @ 3:10

(defprog p (:license "GPL")
  1)
