;; perfmon: difference
(defmap out :type :array :key u32 :value u64 :max-entries 2)
(defprog length (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)) (data-end (ctx data-end)))
    (setf (getmap out 0) (u64 (- data-end data)))
    (when (< (- data-end data) 20) (return 0))
    (if (> (+ data 20) data-end) 0 (if (load u8 data 0) 1 0))))
