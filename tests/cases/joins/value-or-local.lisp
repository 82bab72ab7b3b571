; A pointer to a map's value where there is one, and to a variable where there is none: one pointer from there on.
;; run: -> ret 4, out[0]=6, out[1]=40
;; run: ms[1]=#(9 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0) -> ret 10, ms[1]=#(10 0 0 0 0 0 0 0 11 0 0 0 0 0 0 0), out[0]=11, out[1]=40
(defstruct cnt (n u64) (m u64))
(defmap ms :type :hash :key u32 :value cnt :max-entries 16)
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :xdp)
  (let* ((l (make-cnt :n 3 :m 2)) (q (or (map-lookup ms 1) l)))
    (incf (cnt-n q))
    (setf (cnt-m q) (+ (cnt-m q) 10 (- (cnt-n q) (cnt-n q))))
    (setf (getmap out 0) (if (= (cnt-n q) 4) (/ (cnt-m l) 2) (cnt-m q)))
    (setf (getmap out 1) (* 10 (cnt-n (if (> (cnt-n q) 4) (make-cnt :n 4) q))))
    (u32 (cnt-n q))))
