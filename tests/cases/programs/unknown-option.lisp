;; error: E0108 @ 3:31

(defprog p (:type :cgroup-skb :sektion "cgroup_skb/egress" :section "cgroup_skb/egress")
  1)
