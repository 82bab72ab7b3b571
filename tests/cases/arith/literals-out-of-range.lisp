;; error: E0203 @ 24:24
;; error: E0203 @ 25:24
;; error: E0203 @ 26:24
;; error: E0203 @ 27:25
;; error: E0203 @ 28:25
;; error: E0203 @ 29:25
;; error: E0203 @ 30:25
;; error: E0203 @ 31:7
;; error: E0203 @ 32:7
;; error: E0203 @ 33:8
;; error: E0203 @ 34:22
;; error: E0203 @ 35:22
;; error: E0203 @ 36:22

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap u8v 0) 300)
  (setf (getmap u8v 0) -129)
  (setf (getmap i8v 0) 256)
  (setf (getmap u16v 0) 65536)
  (setf (getmap i16v 0) -32769)
  (setf (getmap u32v 0) 4294967296)
  (setf (getmap i32v 0) -2147483649)
  (u8 300)
  (i8 -129)
  (u16 #x10000)
  (+ (getmap u32v 0) 4294967296)
  (= (getmap i32v 0) #x100000000)
  (setf (getmap u32v #x1ffffffff) 1)
  1)
