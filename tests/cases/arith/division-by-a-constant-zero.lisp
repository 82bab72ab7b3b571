;; error: E0205 @ 17:3
;; error: E0205 @ 18:3
;; error: E0205 @ 19:3
;; error: E0205 @ 20:3
;; error: E0205 @ 21:3
;; error: E0205 @ 22:3

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (/ (getmap u32v 0) 0)
  (mod (getmap i64v 0) 0)
  (rem (getmap u8v 0) 0)
  (/ 5 0)
  (/ (getmap u32v 0) (- 2 2))
  (/ (getmap u32v 0) (u32 0))
  1)
