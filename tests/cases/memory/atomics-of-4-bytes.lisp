;; run: d[0]=0 -> w[0]=4294967295, w[1]=1, d[0]=1

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (atomic-add p -1)
    (setf (getmap w 0) (u64 (atomic-fetch-add p 1)))
    (incf (deref p) 2)
    (setf (getmap w 1) (u64 (decf (deref p) 1))))
  1)
