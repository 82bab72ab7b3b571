;; run: in[0]=0 -> ret 1, out[0]=0, out[1]=0
;; run: in[0]=7 -> ret 1, out[0]=7, out[1]=28
;; run: in[0]=50 -> ret 1, out[0]=20, out[1]=810
;; perfmon: loop

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defprog count-down (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((left (getmap in 0)) (sum 0) (rounds 0))
    (while (> left 0) :max 20
      (incf sum left)
      (incf rounds)
      (decf left))
    (setf (getmap out 0) rounds)
    (setf (getmap out 1) sum))
  1)
