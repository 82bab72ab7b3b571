;; run: -> ret 1

(in-package :bpfl)
(in-package "else" 1 2)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
