;; error: E0402 @ 9:21
;; error: E0112 @ 11:13
;; error: E0109 @ 12:5
;; error: E0109 @ 14:19

(defprog p (:section "cgroup_skb/egress")
  (let ((sum 0) (n (ctx len)))
    (dotimes (i 6)
      (setf (ctx cb i) i))
    (dotimes (i 3 :unroll t)
      (setf i 2))
    (dotimes (i 5000 :unroll t)
      (incf sum))
    (setf (ctx cb n) 1))
  1)
