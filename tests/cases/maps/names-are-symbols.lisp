;; error: E0105 @ 5:9
;; error: E0105 @ 6:14

(defmap pkt-count :type :array :key u32 :value u64 :max-entries 16)
(defmap pkt_count :type :hash :key u32 :value u64 :max-entries 1)
(defconstant PKT-COUNT 5)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
