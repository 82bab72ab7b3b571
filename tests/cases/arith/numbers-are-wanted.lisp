;; error: E0104 @ 17:8
;; error: E0104 @ 18:6
;; error: E0104 @ 19:7
;; error: E0111 @ 20:8
;; error: E0104 @ 21:4
;; error: E0104 @ 22:4

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (+ 1 "two")
  (+ :key 1)
  (u8 "x")
  (+ 1 u8v)
  (5 6)
  ((+ 1 2) 3)
  1)
