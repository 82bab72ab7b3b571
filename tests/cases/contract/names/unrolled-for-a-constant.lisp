; The variable of a constant dotimes is a constant where one is needed: in ctx, ash, case, a nested bound, for the evaluator.
;; run: cb[0]=1, cb[1]=2, cb[2]=3, cb[3]=4, cb[4]=5 -> ret 1, o[0]=15, o[1]=31, o[2]=10, cb[0]=10, cb[4]=50, o[3]=0x43210
;;   , o[4]=0x33, o[5]=80, o[6]=6, o[7]=126
;; perfmon: loop
(eval-when (:compile-toplevel) (defun square (x) (* x x)))
(defmap o :type :array :key u32 :value u64 :max-entries 8)
(defmacro slot (i) `(ctx cb ,i))
(define-symbol-macro limit 5)
(defprog p (:section "cgroup_skb/egress")
  (let ((a 0) (b 0) (c 0) (d 0) (e 0) (f 0) (g 0) (h 0))
    (dotimes (i limit) (setf a (+ a (slot i))))
    (dotimes (i 5) (setf b (+ b (ash 1 i))))
    (dotimes (i 5) (dotimes (j i) (setf c (+ c 1))))
    (dotimes (i 5) (symbol-macrolet ((it (ctx cb i))) (setf it (* it 10))))
    (dotimes (i 5 :unroll t) (setf d (logior d (<< i (* 4 i)))))
    (dotimes (i 4) (case (ctx cb (- 4 i)) ((i 40) (setf e (logior (<< e 4) (- 4 i)))) (30 (setf e (+ e (* 16 3))))))
    (dotimes (i 3) (setf f (+ f (ctx cb (square i)))))
    (dotimes (i 4) (loop for j from 0 below i do (setf g (+ g 1))))
    (loop for i from 6 downto 1 do (setf h (+ h (ash 1 i))))
    (setf (getmap o 0) a (getmap o 1) b (getmap o 2) c (getmap o 3) d (getmap o 4) e (getmap o 5) f (getmap o 6) g (getmap o 7) h))
  1)
