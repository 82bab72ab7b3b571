;; error: E0201 @ 6:3

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (map-lookup h 0)))
    p))
