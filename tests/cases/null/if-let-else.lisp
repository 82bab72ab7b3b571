;; error: E0401 @ 7:38

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((q (map-lookup h 0)))
    (if-let ((p q)) (atomic-add p 1) (atomic-add q 1)))
  1)
