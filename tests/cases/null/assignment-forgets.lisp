;; error: E0401 @ 9:7

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (map-lookup h 0)))
    (when p
      (setf p (map-lookup h 1))
      (atomic-add p 1)))
  1)
