; What the compiler puts on the stack has no byte that was not written: padding, and members that a maker does not name.
;; run: -> ret 1, m[#(7 0 0 0 1 0 0 0)]=#(9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)
(defstruct key (a u8) (b u32))
(defstruct val (a u8) (b u64))
(defmap m :type :hash :key key :value val :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (map-update m (make-key :a 7 :b 1) (make-val :a 9))
  1)
