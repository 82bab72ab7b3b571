;; error: E0402 @ 8:21
;; error: E0402 @ 10:26

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar slots (array u64 4))
(defstruct event (pid u32) (kind u8) (when u64) (port u16) (bytes (array u8 3)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (aref slots 4) 1)
  (let ((e (make-event)))
    (setf (event-bytes e 3) 1))
  1)
