;; error: E0403 @ 6:3
;; error: E0403 @ 7:3
;; error: E0403 @ 8:13

(defprog endless (:type :cgroup-skb :section "cgroup_skb/egress")
  (while (> (ctx len) 10) (setf (ctx mark) 1))
  (loop (setf (ctx mark) 2))
  (loop for i from 0 below (ctx len) do (setf (ctx mark) i))
  1)
