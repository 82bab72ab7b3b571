;; error: E0402 @ 7:5

; The test says something of the pointers that are there when it is made, not of one that is read from
; the context later.
(defprog p (:type :xdp)
  (when (<= (+ (ctx data) 14) (ctx data-end))
    (load u8 (ctx data) 12))
  XDP_PASS)
