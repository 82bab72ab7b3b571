;; run: -> ret 1, Pkt_Count[0]=3

(DefMap Pkt-Count :TYPE :Array :Key U32 :Value u64 :MAX-ENTRIES 1)
(DEFPROG Count-It (:Type :CGROUP-SKB :section "cgroup_skb/egress")
  (LET ((Key (U32 0)))
    (Setf (GETMAP pkt-COUNT KEY) BPF_NOEXIST)
    (SETF (getmap PKT-count key) (+ (Getmap pkt-count Key) bpf_exist)))
  1)
