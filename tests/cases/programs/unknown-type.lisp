;; error: E0303 @ 3:19

(defprog p (:type :cgroup-sbk :section "cgroup_skb/egress")
  1)
