;; target-kernel: 4.19
; What Linux 4.19 has.
(defmap counts :type :hash :key u32 :value u64 :max-entries 16)

(defun twice ((n u64)) :returns u64 (* 2 n))

(defprog count (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 3 :unroll t) (incf (getmap counts i) (twice i)))
  (if (< (ctx len) 100) 1 0))
