;; error: E0104 @ 7:21
;; error: E0104 @ 7:24
;; error: E0104 @ 7:32
;; error: E0104 @ 7:34
; A local symbol macro is a name and a form.
(defprog p (:type :xdp)
  (symbol-macrolet (() (a 1 2) b ("c" 1)) XDP_DROP)
  (symbol-macrolet ((two 2)) two))
