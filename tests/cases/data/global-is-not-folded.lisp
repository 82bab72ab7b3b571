;; run: -> ret 1
;; run: enabled=0 -> ret 0

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar enabled u32 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (if enabled 1 0))
