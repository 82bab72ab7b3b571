;; warning: E0309 @ 3:32
;; warning: E0309 @ 6:3
(defprog v (:section "sk_msg") 2)
(defprog w (:type :xdp)
  (when (> (+ (ctx data) 14) (ctx data-end)) (return XDP_DROP))
  7)
(defprog fine (:section "sk_skb/stream_parser") 14)
(defprog filter (:section "socket") 200)
