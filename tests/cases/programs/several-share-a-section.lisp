;; run p0: -> ret 0
;; run p1: -> ret 1
;; run p2: -> ret 2
;; run p3: -> ret 3

(defprog p0 (:type :cgroup-skb :section "cgroup_skb/egress")
  0)
(defprog p1 (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
(defprog p2 (:type :cgroup-skb :section "cgroup_skb/egress")
  2)
(defprog p3 (:type :cgroup-skb :section "cgroup_skb/egress")
  3)
