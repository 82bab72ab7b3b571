;; error: E0202 @ 15:5
;; error: E0202 @ 16:5

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 5) (y -5))
    (+ y (getmap u32v 0))
    (+ x (getmap i32v 0))
    (+ y (getmap u64v 0)))
  1)
