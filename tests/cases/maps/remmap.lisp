;; run: h[1]=5 -> h[1]=none, a[0]=0, a[1]=0xfffffffffffffffe

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (u64 (remmap h 1)))
  (setf (getmap a 1) (u64 (map-delete h 2)))
  1)
