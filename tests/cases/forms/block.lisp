;; run: in[0]=0 -> ret 1, out[0]=10, out[1]=0
;; run: in[0]=3 -> ret 1, out[0]=3, out[1]=6
;; run: in[0]=200 -> ret 1, out[0]=200, out[1]=6
;; run: in[0]=9 -> ret 0, out[0]=9
;; perfmon: loop

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defprog blocks (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0)) (n 0))
    (setf (getmap out 0) (block outer
                           (block inner
                             (when (= x 0) (return-from inner 5))
                             (return-from outer x))
                           10))
    (when (= x 9) (return 0))
    (block nil
      (dotimes (i 4)
        (dotimes (j 4)
          (when (and (= i 1) (= j 2)) (return-from nil))
          (when (= x 0) (return-from nil))
          (incf n))))
    (setf (getmap out 1) n))
  1)
