;; emit asm
;; slots: 7
;; run: -> ret 1

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (if (= (ntohs (ctx protocol)) ETH_P_IP) 1 0))
