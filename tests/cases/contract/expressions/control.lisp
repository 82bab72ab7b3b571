; The values of control forms: nothing matched is nil, prog1 keeps the first, block and return-from cross loops, and/or stop early.
;; run: mark=0 -> ret 1, o[0]=7, o[1]=0, o[2]=30, o[3]=5, o[4]=2, o[5]=9, o[6]=1, o[7]=0, o[8]=10, o[9]=3
;; run: mark=4 -> ret 1, o[0]=7, o[1]=4, o[2]=42, o[3]=6, o[4]=2, o[5]=4, o[6]=0, o[7]=12, o[8]=14, o[9]=3
;; perfmon: loop
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:section "cgroup_skb/egress")
  (let ((m (u64 (ctx mark))) (n 0) (k 7))
    (setf (getmap o 0) (prog1 k (setf k 8) (incf k))
          (getmap o 1) (cond ((= m 9) 1) (m))
          (getmap o 2) (block a
                         (block b
                           (dotimes (i 9)
                             (loop for j from 0 to 5 do
                               (when (= (+ i j) (+ m 2)) (return-from b))
                               (when (= m 0) (return-from a 30)))))
                         42)
          (getmap o 3) (let ((x 5)) (unless (= m 0) (incf x)) x)
          (getmap o 4) (progn (and (= m 77) (incf n)) (or (= m 77) (incf n)) (and n (or nil nil (incf n))) n)
          (getmap o 5) (or (and m (> m 3) m) 9)
          (getmap o 6) (not m)
          (getmap o 7) (+ (when (> m 0) 12))
          (getmap o 8) (+ (if (> m 0) m) 10)
          (getmap o 9) (case (prog1 (+ k 0) (setf k 1)) (9 (when-let ((q k)) (+ q 2))) (t 0))))
  1)
