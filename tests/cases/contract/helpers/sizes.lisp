;; error: E0402 @ 13:44
;; error: E0402 @ 14:48
;; error: E0402 @ 15:5
;; error: E0401 @ 16:5
;; error: E0402 @ 18:37
;; error: E0402 @ 19:47
;; error: E0402 @ 20:43
; A pointer-and-size pair is proven against the place: too much, nothing, a run-time size that is not bounded, what was never written.
(defstruct s (comm (array u8 16)) (n u32))
(defmap m :type :hash :key u32 :value s :max-entries 4)
(defprog a (:section "cgroup_skb/egress")
  (let ((e (make-s)) (x u32 0) (n (ctx len)))
    (skb-load-bytes (ctx-ptr) 0 (s-comm e) 21)
    (skb-load-bytes (ctx-ptr) 0 (stack-addr x) 5)
    (skb-load-bytes (ctx-ptr) 0 (s-comm e) n)
    (skb-load-bytes (ctx-ptr) 0 (map-lookup m 0) 4)
    (when-let ((v (map-lookup m 0)))
      (skb-load-bytes (ctx-ptr) 0 v 21)
      (skb-load-bytes (ctx-ptr) 0 (s-n-ptr v) 5)
      (skb-load-bytes (ctx-ptr) 0 (+ v 8) 13)
      (when (and (> n 0) (<= n 20)) (skb-load-bytes (ctx-ptr) 0 v n))
      (when (and (> n 0) (<= n 16)) (skb-load-bytes (ctx-ptr) 4 (s-comm v) n))))
  1)
