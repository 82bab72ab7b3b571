;; run: -> o[0]=5
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (+ 5 (dotimes (i 3) 9)))
  1)
