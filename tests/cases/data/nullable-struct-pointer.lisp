;; error: E0401 @ 8:5

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct event (pid u32) (kind u8) (when u64) (port u16) (bytes (array u8 3)))
(defmap events :type :hash :key u32 :value event :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (map-lookup events 1)))
    (event-pid p)
    1))
