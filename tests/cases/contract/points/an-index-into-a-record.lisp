; An index into a ring buffer's record, bounded by a mask, a minimum, a remainder, a test. It loads.
;; perfmon: pointer
(defstruct row (bytes (array u8 8)))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((i (ctx mark)))
    (with-ringbuf (e events row)
      (setf (row-bytes e (min i 7)) 3)
      (setf (row-bytes e (logand i 7)) 4)
      (setf (row-bytes e (mod i 8)) 5)
      (when (< i 8) (setf (row-bytes e i) 6))))
  1)
