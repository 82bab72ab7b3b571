;; error: E0401 @ 6:22

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (deref (map-lookup h 0)))
  1)
