;; error: E0405 @ 6:12

(defstruct event (pid u32) (len u32))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve events event)))
    (when e
      (when (> (ctx len) 1000) (return 0))
      (ringbuf-submit e)))
  1)
