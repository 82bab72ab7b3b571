; An index with a sign may be written twice, in the test and in the access, where it is shown not to be below 0.
;; run masked: in[0]=3, frame[3]=7 -> ret 1
;; run tested: in[0]=3, frame[3]=7 -> ret 1
;; run tested: in[0]=-1, frame[3]=7 -> ret 2
;; run narrow: in[0]=3, frame[3]=7, frame[4]=9 -> ret 16
;; run array: in[0]=3, frame[3]=7 -> ret 12
;; run unproven: in[0]=5, frame[5]=6 -> ret 6
;; perfmon: pointer
(defmap in :type :array :key u32 :value i32 :max-entries 1)
(defvar table (array u32 8) #(9 8 7 5 4 3 2 1))
(defprog masked (:type :xdp)
  (let* ((d (ctx data)) (e (ctx data-end)) (i (logand (getmap in 0) 15)))
    (when (> (+ d i 1) e) (return XDP_PASS))
    (if (= (load u8 (+ d i)) 7) XDP_DROP XDP_PASS)))
(defprog tested (:type :xdp)
  (let* ((d (ctx data)) (e (ctx data-end)) (i (getmap in 0)))
    (unless (and (>= i 0) (< i 16)) (return XDP_PASS))
    (when (> (+ d i 1) e) (return XDP_PASS))
    (if (= (load u8 (+ d i)) 7) XDP_DROP XDP_PASS)))
(defprog narrow (:type :xdp)
  (let* ((d (ctx data)) (e (ctx data-end)) (i (i16 (getmap in 0))))
    (when (< i 0) (return XDP_PASS))
    (when (> (+ d i 2) e) (return XDP_PASS))
    (u32 (+ (load u8 (+ d i)) (load u8 (+ d i) 1)))))
(defprog array (:type :xdp)
  (let* ((d (ctx data)) (e (ctx data-end)) (i (getmap in 0)))
    (unless (and (>= i 0) (< i 16)) (return XDP_PASS))
    (when (> (+ d i 1) e) (return XDP_PASS))
    (unless (< i 8) (return XDP_DROP))
    (+ (aref table i) (load u8 (+ d i)))))
(defprog unproven (:type :xdp)
  (let* ((d (ctx data)) (e (ctx data-end)) (i (getmap in 0)) (k (i64 i)) (sum 0))
    (when (or (< i 0) (> i 100)) (return XDP_PASS))
    (when (<= (+ d i 1) e) (incf sum (load u8 (+ d i))))
    (unless (and (>= k 0) (< k 100)) (return XDP_PASS))
    (when (<= (+ d k 1) e) (incf sum (load u8 (+ d k))))
    (u32 (/ sum 2))))
