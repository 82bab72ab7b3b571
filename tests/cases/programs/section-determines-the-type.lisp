;; run p: -> ret 2
;; run q: -> ret 0

(defprog p (:section "cgroup_skb/egress")
  2)
(defprog q (:section "cgroup_skb/ingress") 0)
