;; error: E0403 @ 5:3
;; error: E0403 @ 12:3

(defprog outer (:section "cgroup_skb/egress")
  (dotimes (i 65535)
    (dotimes (j 30)
      (setf (ctx mark) j)))
  1)

(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog by-limit (:section "cgroup_skb/egress")
  (dotimes (i (ctx len) :max 10000000)
    (incf (getmap o 0)))
  1)
