;; error: E0402 @ 10:10
;; error: E0402 @ 15:12
;; error: E0402 @ 20:12
; Each of the joined has to have the bytes.
(defstruct cnt (n u64) (m u64))
(defmap four :type :hash :key u32 :value u32 :max-entries 16)
(defprog packet (:type :xdp)
  (let* ((data (ctx data)) (l (make-cnt))
         (q (if (= (ctx rx-queue-index) 1) (cast (ptr cnt) data) l)))
    (u32 (cnt-n q))))
(defprog short (:type :xdp)
  (let* ((x 5) (data (ctx data)))
    (when (> (+ data 16) (ctx data-end)) (return 1))
    (let ((q (if (= (ctx rx-queue-index) 1) (cast (ptr cnt) data) (cast (ptr cnt) (stack-addr x)))))
      (u32 (cnt-m q)))))
(defprog value (:type :xdp)
  (let* ((l (make-cnt)) (v (map-lookup four 1)))
    (unless v (return 1))
    (let ((q (if (= (ctx rx-queue-index) 1) (cast (ptr cnt) v) l)))
      (u32 (cnt-n q)))))
