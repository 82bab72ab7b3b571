;; error: E0105 @ 4:23

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct s (a u32) (a u8))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
