;; run: -> ret 0
;; run: o[0]=1 -> ret 1

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when (= (getmap o 0) 0) (return))
  1)
