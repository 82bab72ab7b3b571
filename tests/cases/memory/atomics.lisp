;; run: w[0]=0x1000 -> w[1]=0x104, w[0]=0x105
;; run: w[0]=2 -> w[1]=0x106

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)) (q (map-lookup w 0)))
    (atomic-add q 5)
    (atomic-or q #x100)
    (atomic-and q #xfff)
    (atomic-xor q 1)
    (setf (getmap w 1) (atomic-fetch-add q 1)))
  1)
