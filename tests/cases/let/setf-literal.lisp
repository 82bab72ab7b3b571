;; error: E0112 @ 4:9

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf 5 1)
  1)
