;; error: E0108 @ 18:9
;; error: E0204 @ 19:44
;; error: E0108 @ 20:9
;; error: E0302 @ 21:64
;; error: E0306 @ 23:13
;; error: E0201 @ 24:22
;; error: E0201 @ 25:24
;; error: E0203 @ 26:18
;; error: E0203 @ 27:19
;; error: E0201 @ 28:18
;; error: E0104 @ 29:12
;; error: E0105 @ 31:13
;; error: E0103 @ 32:80
;; error: E0320 @ 35:10
;; error: E0306 @ 36:41
;; error: E0308 @ 39:73
; What is not right about tables of functions.
(defmap no-value :type :struct-ops :values ((ssthresh fine)))
(defmap near-miss :type :struct-ops :value tcp_congestion_op :values ((ssthresh fine)))
(defmap nothing :type :struct-ops :value tcp_congestion_ops)
(defmap keyed :type :struct-ops :value tcp_congestion_ops :key u32 :values ((ssthresh fine)))
(defmap wrong :type :struct-ops :value tcp_congestion_ops
  :values ((sthresh fine)
           (ssthresh 7)
           (cong-avoid filter)
           (name "a name that is too long for it")
           (flags #x1ffffffff)
           (next 1)
           ssthresh
           (flags 1)
           (flags 2)))
(defmap missing :type :struct-ops :value tcp_congestion_ops :values ((ssthresh nowhere)))

(defprog fine (:type :struct-ops) 1)
(defprog lonely (:type :struct-ops) 1)
(defprog other (:type :struct-ops) (ctx skb) 1)
(defprog filter (:type :cgroup-skb :section "cgroup_skb/egress") 1)
(defmap with-other :type :struct-ops :value tcp_congestion_ops :values ((ssthresh other)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") (map-lookup with-other 0) 1)
