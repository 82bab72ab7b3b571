;; error: E0407 @ 7:5
; At an offset of the user's own choice an access stays one.
(defmap ms :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :xdp)
  (let* ((x 5) (v (map-lookup ms 0)))
    (unless v (return 1))
    (load u32 (if (= (ctx rx-queue-index) 1) v (stack-addr x)) 2)))
(defprog fine (:type :xdp)
  (let* ((g (map-lookup ms 0)) (v (map-lookup ms 1)))
    (unless (and v g) (return 1))
    (load u32 (if (= (ctx rx-queue-index) 1) v g) 2)))
