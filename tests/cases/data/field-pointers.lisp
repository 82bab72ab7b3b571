;; run: -> o[0]=11, o[1]=4

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct event (pid u32) (kind u8) (when u64) (port u16) (bytes (array u8 3)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((e (make-event)))
    (setf (deref (event-when-ptr e)) 11)
    (store u8 (event-bytes-ptr e 1) 4)
    (setf (getmap o 0) (u64 (event-when e)))
  (setf (getmap o 1) (u64 (event-bytes e 1)))
  1)
  1)
