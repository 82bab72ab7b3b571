;; run: -> ret 1

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress" :license "Dual MIT/GPL")
  "Lets everything pass."
  1)
