;; perfmon: pointer
; A pointer into a record that a run-time number moves back.
(defmap rb :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (with-ringbuf (e rb 32)
    (store u8 (- (+ e 20) (logand (ctx mark) 15)) 0 3))
  1)
