;; run: -> o[0]=1000

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 1000) (incf (getmap o 0)))
  1)
