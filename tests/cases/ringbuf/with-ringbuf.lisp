;; run: len=80 -> ret 1

(defstruct event (pid u32) (len u32) (port u16))
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (with-ringbuf (e events event)
    (setf (event-len e) (ctx len))
    (when (> (ctx len) 100000) (return 0))
    (setf (event-port e) 7))
  1)
