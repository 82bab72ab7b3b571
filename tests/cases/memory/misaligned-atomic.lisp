;; error: E0402 @ 13:5
;; error: E0407 @ 13:5
;; error: E0402 @ 14:5
;; error: E0407 @ 14:5

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)) (q (map-lookup w 0)))
    (atomic-add q 4 1)
    (atomic-add q 1 1))
  1)
