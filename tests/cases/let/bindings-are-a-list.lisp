;; error: E0104 @ 4:8

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let a 1))
