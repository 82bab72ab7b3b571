;; error: E0406 @ 8:5

(defstruct event (pid u32) (len u32))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (when-let ((e (ringbuf-reserve events event)))
    (ringbuf-submit e)
    (setf (event-len e) 1))
  1)
