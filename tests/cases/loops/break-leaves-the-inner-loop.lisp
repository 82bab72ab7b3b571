;; run: -> o[0]=6
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 3)
    (dotimes (j 10)
      (when (= j 2) (break))
      (incf (getmap o 0))))
  1)
