;; error: E0402 @ 6:5

(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (when-let ((e (ringbuf-reserve events 12)))
    (store u64 e 8 1)
    (ringbuf-submit e))
  1)
