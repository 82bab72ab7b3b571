;; error: E0402 @ 6:28
;; error: E0402 @ 7:36
;; error: E0402 @ 8:28

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx cb 5))
  (setf (ctx mark) (ctx remote-ip6 4))
  (setf (ctx mark) (ctx cb -1))
  1)
