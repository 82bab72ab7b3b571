;; error: E0306 @ 6:24

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct event (pid u32) (kind u8) (when u64) (port u16) (bytes (array u8 3)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((e (make-event :pdi 1)))
    1))
