;; error: E0104 @ 5:25
;; error: E0104 @ 6:14

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx cb))
  (setf (ctx cb) 1)
  1)
