; A variable that is joined from the start takes a pointer to each, also from round to round of a loop.
;; run: in[0]=0 -> ret 30
;; run: in[0]=1 -> ret 21
;; perfmon: loop
(defstruct cnt (n u64) (m u32))
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defvar g cnt)
(defprog p (:type :xdp)
  (let* ((l (make-cnt)) (q (if (getmap in 0) g l)) (sum 0))
    (setf (cnt-n g) 1 (cnt-n l) 10)
    (dotimes (i 3)
      (incf sum (cnt-n q))
      (setf q (if (and (getmap in 0) (= i 1)) (if (= sum 2) l g) (if (getmap in 0) g l)))
      (when (and (getmap in 0) (= i 1)) (incf sum 9) (setf q l)))
    (u32 sum)))
