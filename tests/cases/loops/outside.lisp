;; error: E0104 @ 5:3
;; error: E0104 @ 6:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (break)
  (continue)
  1)
