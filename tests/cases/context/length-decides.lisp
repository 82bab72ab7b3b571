;; run: len=101 -> ret 1
;; run: len=100 -> ret 0

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (if (> (ctx len) 100) 1 0))
