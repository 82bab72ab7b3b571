;; run: -> o[0]=3

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (u64 3)))
    (dotimes (i n :max 10)
      (setf n 7)
      (incf (getmap o 0))))
  1)
