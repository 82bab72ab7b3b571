;; error: E0104 @ 6:9
;; error: E0104 @ 7:9
;; error: E0104 @ 8:11

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (cond 5)
  (cond ())
  (case 1 5)
  1)
