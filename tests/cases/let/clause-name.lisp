;; error: E0104 @ 4:9

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((5 1)) 1))
