;; emit ir
;; emit opt
;; run: o[0]=4 -> o[1]=14
;; run: o[0]=99 -> o[1]=1240
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 2)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((sum 0))
    (dotimes (i (getmap o 0) :max 16)
      (incf sum (* i i)))
    (setf (getmap o 1) sum))
  1)
