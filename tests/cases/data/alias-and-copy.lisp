;; run: -> o[0]=2, o[1]=1

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct event (pid u32) (kind u8) (when u64) (port u16) (bytes (array u8 3)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((e (make-event :pid 1)) (alias e) (copy (copy-event e)))
    (setf (event-pid alias) 2)
    (setf (getmap o 0) (u64 (event-pid e)))
  (setf (getmap o 1) (u64 (event-pid copy)))
  1)
  1)
