;; error: E0108 @ 3:40

(defprog p (:type :cgroup-skb :section cgroup_skb/egress)
  1)
