; They are for the nearest loop of whatever kind, unless another function lies between.
;; run: -> ret 1, o[0]=9, o[1]=22, o[2]=6, o[3]=4, o[4]=4, o[5]=2
;; perfmon: loop
(defmap o :type :array :key u32 :value u64 :max-entries 8)
(defprog p (:section "cgroup_skb/egress")
  (let ((a 0) (b 0) (c 0) (d 0) (e 0) (f 0) (left 10))
    (dotimes (i 3)
      (dotimes (j 9) (when (= j 3) (break)) (setf a (+ a 1))))
    (loop for i from 0 to 9 by 2 do
      (when (= i 6) (continue))
      (when (= (logand i 1) 1) (break))
      (setf b (+ b i 2)))
    (while (> left 0) :max 20
      (decf left)
      (when (= (mod left 2) 0) (continue))
      (when (< left 0) (break))
      (setf c (+ c 1))
      (when (= c 6) (break)))
    (setf c (+ c 1))
    (bpf-loop (i 10)
      (when (= i 1) (continue))
      (when (= i 5) (break))
      (setf d (+ d 1)))
    (loop repeat 9 do
      (block inner (when (= e 4) (return-from inner)) (setf e (+ e 1)) (continue))
      (break))
    (loop for i from 5 downto 0 until (= i 3) do (unless (= i 9) (setf f (+ f 1)) (continue)) (break))
    (setf (getmap o 0) a (getmap o 1) b (getmap o 2) c (getmap o 3) d (getmap o 4) e (getmap o 5) f))
  1)
