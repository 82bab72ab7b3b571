;; error: E0402 @ 8:48
;; error: E0402 @ 11:19
;; error: E0402 @ 14:41
; A helper that wants at least one byte is given none, or perhaps none.
(defmap seen :type :array :key u32 :value (array u8 16) :max-entries 1)
(defprog none (:section "cgroup_skb/egress")
  (let ((x (u32 8)))
    (skb-load-bytes (ctx-ptr) 0 (stack-addr x) 0)) 1)
(defprog perhaps-none (:section "cgroup_skb/egress")
  (let ((x (u32 8)) (n (ctx mark)))
    (when (< n 5) (skb-load-bytes (ctx-ptr) 0 (stack-addr x) n))) 1)
(defprog a-value (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup seen 0)))
    (when (<= (logand (ctx mark) 15) 9) (skb-load-bytes (ctx-ptr) 0 p (logand (ctx mark) 15)))) 1)
