;; run: -> ret 1, pkt_count[0]=12

(defmap pkt-count :type :array :key u32 :value u64 :max-entries 1)
(defprog count-it (:type :cgroup_skb :section "cgroup_skb/egress")
  (setf (getmap pkt_count 0) (u64 (ctx vlan-present)))
  (setf (ctx mark) (ctx ingress_ifindex))
  (get_prandom-u32)
  (setf (getmap pkt-count 0) (+ (getmap pkt_count 0) bpf-exist AF-INET6))
  1)
