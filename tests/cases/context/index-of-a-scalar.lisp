;; error: E0104 @ 4:29

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx len 0))
  1)
