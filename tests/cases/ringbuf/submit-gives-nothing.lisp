; A helper without a result gives nil, which is 0.

(defmap rb :type :ringbuf :max-entries 4096)
(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defstruct event (n u64))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((r (ringbuf-reserve rb event)))
    (setf (event-n r) 1)
    (let ((given (ringbuf-submit r)))
      (setf (getmap out 0) (if given 2 1))))
  (when-let ((r (ringbuf-reserve rb event)))
    (return (+ 3 (ringbuf-discard r))))
  1)
