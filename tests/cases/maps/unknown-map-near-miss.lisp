;; error: E0107 @ 6:17
;; error: E0107 @ 7:15

(defmap pkt-count :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap pkt-cuont 0))
  (map-lookup pkt_coun 0)
  1)
