;; error: E0306 @ 5:25
;; error: E0306 @ 6:14

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx makr))
  (setf (ctx nothing-like-it) 1)
  1)
