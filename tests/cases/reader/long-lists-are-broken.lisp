;; emit datum

(defprog count-egress-packets-of-everything (:type :cgroup-skb :section "cgroup_skb/egress") (let ((key (u32 0)) (val (map-lookup pkt-count key))) (when val (atomic-add val 1))) 1)
