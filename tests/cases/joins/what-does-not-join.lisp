;; error: E0201 @ 13:69
;; error: E0201 @ 16:54
;; error: E0201 @ 19:47
; What the verifier or the meaning of `incf` keeps apart is told of with what each is.
(defstruct cnt (n u64) (m u64))
(defmap ms :type :hash :key u32 :value cnt :max-entries 16)
(defmap room :type :arena :max-entries 4)
(defprog packet (:type :xdp)
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 16) end) (return 1))
    (let ((v (map-lookup ms 1)))
      (unless v (return 1))
      (let ((q (if (= (ctx rx-queue-index) 1) (cast (ptr cnt) data) v)))
        (u32 (cnt-n q))))))
(defprog end (:type :xdp)
  (let ((q (if (= (ctx rx-queue-index) 1) (ctx data) (ctx data-end)))) 1))
(defprog types (:type :xdp)
  (let ((a (make-cnt)) (b 1))
    (let ((q (if (= (ctx rx-queue-index) 1) a (stack-addr b)))) 1)))
