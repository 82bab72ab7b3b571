;; error: E0104 @ 3:1

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress"))
