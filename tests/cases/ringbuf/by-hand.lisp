;; run: len=80 -> ret 1

(defstruct event (pid u32) (len u32))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve events event)))
    (unless e (return 0))
    (setf (event-len e) (ctx len))
    (if (> (ctx len) 1000)
        (ringbuf-discard e)
        (ringbuf-submit e BPF_RB_NO_WAKEUP)))
  1)
