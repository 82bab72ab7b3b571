;; error: E0602 @ 9:3

; An expansion that shares its halves is small, and what it says is not: it is told before it fills the memory.
(defmacro grown (n form)
  (if (= n 0)
      form
      (let ((both (list '+ form form))) `(grown ,(- n 1) ,both))))
(defprog p (:section "xdp")
  (grown 30 1)
  2)
