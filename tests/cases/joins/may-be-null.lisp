;; error: E0401 @ 6:10
; A joined pointer may be null where one of them may.
(defmap ms :type :hash :key u32 :value u64 :max-entries 16)
(defprog p (:type :xdp)
  (let* ((x 1) (q (if (= (ctx rx-queue-index) 1) (map-lookup ms 1) (stack-addr x))))
    (u32 (deref q))))
(defprog tested (:type :xdp)
  (let* ((x 1) (q (if (= (ctx rx-queue-index) 1) (map-lookup ms 1) (stack-addr x))))
    (if q (u32 (deref q)) 0)))
(defprog none (:type :xdp)
  (let* ((x 1) (q (cond ((= (ctx rx-queue-index) 1) (map-lookup ms 1)) ((= (ctx rx-queue-index) 2) nil) (t (stack-addr x)))))
    (if q (u32 (deref q)) 0)))
