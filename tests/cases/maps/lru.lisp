;; run: -> l[5]=1, m[5]=1

(defmap l :type :lru-hash :key u32 :value u64 :max-entries 64)
(defmap m :type :lru-percpu-hash :key u32 :value u64 :max-entries 64)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap l 5))
  (incf (getmap m 5))
  1)
