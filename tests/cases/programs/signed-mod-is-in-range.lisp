;; run: i[0]=-1 -> ret 2
;; run: i[0]=4 -> ret 1

(defmap i :type :array :key u32 :value i64 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (mod (getmap i 0) 3))
