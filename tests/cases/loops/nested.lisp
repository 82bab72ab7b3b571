;; run: -> o[0]=192

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 4)
    (dotimes (j 3)
      (incf (getmap o 0) (+ (* 10 i) j))))
  1)
