;; error: E0105 @ 5:10

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
(defprog p (:section "cgroup_skb/ingress") 1)
