;; run: -> h[1]=1, h[2]=10, h[3]=0xfffffffffffffffe
;; run: h[1]=41, h[3]=10 -> h[1]=42, h[3]=8

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap h 1))
  (incf (getmap h 2) 5)
  (incf (getmap h 2) 5)
  (decf (getmap h 3) 2)
  1)
