;; run: -> later[0]=1

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap later 0))
  1)
(defmap later :type :array :key u32 :value u64 :max-entries 1)
