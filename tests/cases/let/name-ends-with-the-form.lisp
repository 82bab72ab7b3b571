;; error: E0103 @ 5:11

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a 1)) a)
  (logand a 1))
