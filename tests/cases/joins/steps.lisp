;; error: E0205 @ 8:5
; Where one of the joined is shared, a narrow count is as on what is shared.
(defstruct cnt (n u16) (few (bits u32 3)) (more (bits u32 29)))
(defmap ms :type :hash :key u32 :value cnt :max-entries 16)
(defmap own :type :percpu-array :key u32 :value cnt :max-entries 16)
(defprog p (:type :xdp)
  (let* ((l (make-cnt)) (q (or (map-lookup ms 1) l)))
    (incf (cnt-n q))
    1))
(defprog r (:type :xdp)
  (let* ((l (make-cnt)) (q (or (map-lookup own 1) l)))
    (incf (cnt-n q))
    1))
