;; error: E0113 @ 5:30
;; error: E0104 @ 6:10

(defprog nowhere (:type :cgroup-skb :section "cgroup_skb/egress")
  (block search (return-from serach 1))
  (block 5 1)
  1)
