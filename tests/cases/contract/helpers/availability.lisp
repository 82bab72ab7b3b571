;; error: E0101 @ 14:4
;; error: E0101 @ 15:4
;; error: E0102 @ 16:3
;; error: E0201 @ 17:31
;; error: E0201 @ 19:21
;; error: E0310 @ 20:6
;; error: E0311 @ 24:4
;; error: E0102 @ 27:3
;; error: E0310 @ 28:4
; A helper that the type or attach type does not offer, or only to GPL code; unknown ones with the nearest; wrong arguments.
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defstruct s (comm (array u8 16)))
(defprog a (:section "cgroup_skb/egress")
  (bpf-ktime-get-ns)
  (ktime-get-nss)
  (skb-load-bytes 0 0)
  (skb-load-bytes (ctx-ptr) 0 5 4)
  (let ((e (make-s)) (x u32 0))
    (skb-load-bytes (stack-addr x) 0 (stack-addr x) 4)
    (skb-store-bytes (ctx-ptr) 0 (stack-addr x) 4 0))
  1)
(defprog b (:type :xdp :license "Proprietary")
  (ktime-get-ns)
  (printk "x")
  XDP_PASS)
(defprog c (:section "cgroup/sock_create")
  (get-netns-cookie (ctx-ptr) 1)
  (sock-ops-cb-flags-set (ctx-ptr) 1)
  1)
