;; run: -> ret 1, mark=7, priority=9
(defprog p (:section "cgroup_skb/egress")
  (setf (ctx mark) 7 (ctx priority) 9)
  1)
