;; run: -> o[0]=144
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a 1) (b 1))
    (dotimes (i 10)
      (let ((c (+ a b))) (setf a b b c)))
    (setf (getmap o 0) b))
  1)
