;; error: E0401 @ 7:5

(defstruct event (pid u32) (len u32))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve events event)))
    (setf (event-len e) 1)
    (ringbuf-submit e))
  1)
