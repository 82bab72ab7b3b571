;; error: E0205 @ 19:23
;; error: E0205 @ 20:23
;; error: E0205 @ 21:22
;; error: E0205 @ 22:24
;; error: E0205 @ 23:23
;; error: E0205 @ 24:24
;; error: E0205 @ 25:24
;; error: E0205 @ 26:9

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (<< (getmap u32v 0) 32)
  (>> (getmap u64v 0) 64)
  (<< (getmap u8v 0) 32)
  (>>> (getmap i32v 0) 33)
  (<< (getmap u32v 0) -1)
  (ash (getmap u32v 0) 32)
  (ash (getmap u32v 0) -32)
  (<< 1 64)
  1)
