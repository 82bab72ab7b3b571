;; run: -> o[0]=100
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((i 100))
    (dotimes (i 3) nil)
    (setf (getmap o 0) i))
  1)
