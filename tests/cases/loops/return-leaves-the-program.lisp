;; run: -> ret 2, o[0]=4

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 10)
    (dotimes (j 10)
      (incf (getmap o 0))
      (when (= j 3) (return 2))))
  1)
