;; error: E0102 @ 7:3
;; error: E0102 @ 8:3
;; error: E0102 @ 9:3
;; error: E0102 @ 10:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (ktime-get-ns 1)
  (get-socket-cookie)
  (skb-ancestor-cgroup-id (ctx-ptr))
  (map-lookup-elem 1 2 3)
  1)
