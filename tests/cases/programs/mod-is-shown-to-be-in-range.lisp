;; run: o[0]=5 -> ret 2
;; run: o[0]=6 -> ret 0

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (mod (getmap o 0) 3))
