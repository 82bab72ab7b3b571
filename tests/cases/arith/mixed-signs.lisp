;; error: E0202 @ 21:3
;; error: E0202 @ 22:3
;; error: E0202 @ 23:3
;; error: E0202 @ 24:3
;; error: E0202 @ 25:3
;; error: E0202 @ 26:3
;; error: E0202 @ 27:3
;; error: E0202 @ 28:3
;; error: E0202 @ 29:3
;; error: E0202 @ 30:3

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (+ (getmap u32v 0) (getmap i32v 0))
  (- (getmap i32v 0) (getmap u64v 0))
  (* (getmap i8v 0) (getmap u32v 0))
  (logand (getmap u64v 0) (getmap i64v 0))
  (< (getmap u32v 0) (getmap i32v 0))
  (= (getmap i32v 0) (getmap u64v 0))
  (min (getmap u32v 0) (getmap i32v 0))
  (max (getmap i64v 0) (getmap u64v 0))
  (mod (getmap i32v 0) (getmap u32v 0))
  (/ (getmap u64v 0) (getmap i8v 0))
  1)
