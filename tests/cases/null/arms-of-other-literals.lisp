;; error: E0201 @ 6:34
;; error: E0103 @ 8:24
; A number other than 0 is no pointer, also in an arm of an arm.
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defprog p (:type :xdp)
  (let* ((b (map-lookup m 1)) (c (cond ((= (ctx rx-queue-index) 4) b) (t (if b nil 1)))))
    (when c (incf (deref c))))
  (when-let ((v (deref q)) (q (map-lookup m 1))) (incf (deref q) v))
  (when-let ((q (map-lookup m 1)) (v (deref (map-lookup m 2)))) (incf (deref q) v))
  XDP_PASS)
