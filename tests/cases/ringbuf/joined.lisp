
; A record of one buffer or another is submitted or discarded as one.
(defstruct event (a u64))
(defmap marked :type :ringbuf :max-entries 4096)
(defmap others :type :ringbuf :max-entries 4096)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((e (if (ctx mark) (ringbuf-reserve marked event) (ringbuf-reserve others event))))
    (unless e (return 1))
    (setf (event-a e) 5)
    (if (> (ctx len) 100) (ringbuf-submit e) (ringbuf-discard e)))
  1)
