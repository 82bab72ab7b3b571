;; error: E0204 @ 4:17

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defstruct s (a u33))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
