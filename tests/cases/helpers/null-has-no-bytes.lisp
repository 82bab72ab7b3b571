;; error: E0402 @ 8:18
;; error: E0401 @ 11:5
;; error: E0401 @ 14:5
; Null is given to a helper together with bytes of it.
(defmap seen :type :array :key u32 :value (array u8 16) :max-entries 1)
(defprog null (:section "tc")
  (let ((x (u32 8)))
    (csum-diff 0 4 (stack-addr x) 4 0)) 0)
(defprog at-times (:section "tc")
  (let ((x (u32 8)))
    (csum-diff (if (ctx mark) 0 (stack-addr x)) 4 (stack-addr x) 4 0)) 0)
(defprog untested (:section "tc")
  (let ((x (u32 8)))
    (csum-diff (map-lookup seen 0) 16 (stack-addr x) 4 0)) 0)
