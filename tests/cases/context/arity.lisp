;; error: E0102 @ 6:3
;; error: E0102 @ 7:3
;; error: E0102 @ 8:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (ctx)
  (ctx cb 0 1)
  (ctx-ptr 1)
  1)
