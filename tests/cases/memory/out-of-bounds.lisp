;; error: E0402 @ 15:5
;; error: E0402 @ 16:5
;; error: E0402 @ 17:5
;; error: E0402 @ 18:5
;; error: E0402 @ 19:5
;; error: E0402 @ 20:5

(defmap b :type :array :key u32 :value u8 :max-entries 1)
(defmap v :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap w :type :array :key u32 :value u64 :max-entries 2)
(defmap d :type :array :key u32 :value u32 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)) (q (map-lookup w 0)))
    (load u8 p 16)
    (load u32 p 13)
    (load u8 p -1)
    (store u64 p 9 0)
    (load u64 q 1)
    (load u8 (+ p 16)))
  1)
