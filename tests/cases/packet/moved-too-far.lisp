;; error: E0203 @ 5:12
;; error: E0203 @ 8:12
; The verifier lets no pointer be moved by 2^29 bytes or more.
(defprog far (:type :xdp)
  (when (> (+ (ctx data) 645214725) (ctx data-end)) (return XDP_DROP))
  XDP_PASS)
(defprog back (:type :xdp)
  (when (> (- (ctx data) 536870912) (ctx data-end)) (return XDP_DROP))
  XDP_PASS)
