;; error: E0401 @ 7:5

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (if (= (getmap a 0) 1) (map-lookup h 0) (map-lookup h 1))))
    (atomic-add p 1))
  1)
