;; error: E0402 @ 6:5
;; error: E0402 @ 7:5

(defprog p (:type :xdp)
  (let ((data (ctx data)) (end (ctx data-end)))
    (load u8 end 0)
    (store u8 end 0 1))
  XDP_PASS)
