; What is computed of something that gives no value is not computed.
;; run: in[0]=0 -> ret 1, out[0]=7
;; run: in[0]=3 -> ret 1, out[0]=2
;; run leaves: in[0]=2 -> ret 2
;; run leaves: in[0]=0 -> ret 3
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :xdp)
  (let ((n (getmap in 0)) (sum 7))
    (bpf-loop (i n)
      (when (= i 1) (setf sum (logand 1 (break))))
      (setf sum (* 2 (if (= i 2) (- (break)) 1))))
    (setf (getmap out 0) sum)
    1))
(defprog leaves (:type :xdp)
  (let ((n (getmap in 0)))
    (when (> n 1) (setf n (+ 1 (return 2))))
    (when (= n 1) (setf n (<< (return 1) (return 4))))
    (setf n (+ (return 3) 1 n))
    4))
