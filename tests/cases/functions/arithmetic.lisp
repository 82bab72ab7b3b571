;; run: in[0]=5 -> ret 1, out[0]=26, out[1]=0xfffffffb, out[2]=200, out[3]=1
;; run: in[0]=300 -> ret 0, out[0]=90001, out[1]=0xfffffed4, out[2]=44, out[3]=0

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 4)

(defun square-and-one ((x u64))
  "One more than the square."
  (1+ (* x x)))

(defun negated ((x i32)) :returns i32 (- x))

(defun narrow ((a u8) (b u8)) :returns u8
  (if (< a 44) (return 200))
  (+ a b))

(defun small ((x u64)) (< x 100))

(defprog calls (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0)))
    (setf (getmap out 0) (square-and-one x))
    (setf (getmap out 1) (u32 (negated (i32 x))))
    (setf (getmap out 2) (narrow (u8 x) 0))
    (setf (getmap out 3) (small x))
    (if (small x) 1 0)))
