;; error: E0205 @ 11:7

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)) (q (map-lookup w 0)))
    (when-let ((r (map-lookup b 0)))
      (atomic-add r 1)
      (setf (deref r) 1)))
  1)
