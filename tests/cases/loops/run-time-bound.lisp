;; run: o[1]=5 -> o[0]=5
;; run: o[1]=8 -> o[0]=8
;; run: o[1]=100 -> o[0]=8, ret 1
;; run: o[1]=0 -> o[0]=0
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i (getmap o 1) :max 8)
    (incf (getmap o 0)))
  1)
