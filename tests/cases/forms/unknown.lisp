;; error: E0101 @ 6:4
;; error: E0101 @ 7:4
;; error: E0101 @ 8:4

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (whne 1 2)
  (logandd 1 2)
  (defmap x)
  1)
