;; error: E0201 @ 7:21

(defmap h :type :hash :key u32 :value u64 :max-entries 16)
(defmap a :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (map-lookup h 0)) (q (map-lookup h 1)))
    (when (and p q) (+ p q)))
  1)
