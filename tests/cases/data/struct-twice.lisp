;; error: E0105 @ 5:12

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct s (a u32))
(defstruct s (b u32))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
