;; error: E0103 @ 4:9

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf nothing 1)
  1)
