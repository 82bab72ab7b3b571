;; run: -> c[0]=3, n[0]=1, g[5]=4, c[1]=9

(defmap c :type :percpu-array :key u32 :value u64 :max-entries 2)
(defmap n :type :percpu-array :key u32 :value u16 :max-entries 1)
(defmap g :type :percpu-hash :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap c 0))
  (incf (getmap c 0) 2)
  (incf (getmap n 0))
  (incf (getmap g 5) 4)
  (when-let ((p (map-lookup c 1))) (incf (deref p) 9))
  1)
