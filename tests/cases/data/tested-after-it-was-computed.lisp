;; error: E0402 @ 11:20
;; error: E0402 @ 12:19
;; error: E0402 @ 13:19
;; error: E0402 @ 14:34
;; error: E0402 @ 15:28
;; error: E0402 @ 16:47
; The verifier knows of a number what was known when it was computed, and what tests of it say.
(defvar seen (array u64 16))
(defprog p (:type :xdp)
  (let* ((i (get-prandom-u32)) (k (+ i 1)) (q (+ seen i)) (s (i32 i)) (w (i64 s)))
    (when (< i 10) (setf (aref seen k) 1))
    (when (< i 8) (store u8 q 0 1))
    (when (< s 8) (setf (aref seen s) 1))
    (when (and (>= s 0) (< s 8)) (setf (aref seen w) 1))
    (dotimes (j i :max 17) (setf (aref seen j) 1))
    (loop for j from 2 below i by 4 :max 5 do (setf (aref seen j) 1)))
  XDP_PASS)
