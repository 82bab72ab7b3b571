;; run: in[0]=1, in[1]=2, in[2]=3 -> ret 1, in[0]=2, in[1]=3, in[2]=1, out[0]=20, out[1]=10, out[2]=2, out[3]=3

(defmap in :type :array :key u32 :value u64 :max-entries 3)
(defmap out :type :array :key u32 :value u64 :max-entries 4)

(defstruct pair (a u32) (b u16))

(defprog rotate (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a 10) (b 20) (p (make-pair :a 3 :b 2)))
    (rotatef a b)
    (rotatef (getmap in 0) (getmap in 1) (getmap in 2))
    (rotatef (pair-a p) (pair-b p))
    (rotatef a)
    (setf (getmap out 0) a)
    (setf (getmap out 1) b)
    (setf (getmap out 2) (pair-a p))
    (setf (getmap out 3) (pair-b p)))
  1)
