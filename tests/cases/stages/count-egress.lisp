;; emit hir
;; emit ir
;; emit opt
;; emit asm
;; slots: 11
;; run: -> ret 1, pkt_count[0]=1
;; run: pkt_count[0]=41 -> ret 1, pkt_count[0]=42

(defmap pkt-count :type :array
  :key-size 4
  :value-size 8
  :max-entries 1)

(defprog count-egress (:type :cgroup-skb
                     :section "cgroup_skb/egress")
  (let ((key (u32 0))
        (val (map-lookup pkt-count key)))
    (when val
      (atomic-add val 1)))
  1)
