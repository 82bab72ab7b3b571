;; error: E0202 @ 14:30
;; error: E0202 @ 15:30
;; error: E0202 @ 16:30

(defmap u8v :type :array :key u32 :value u8 :max-entries 4)
(defmap u16v :type :array :key u32 :value u16 :max-entries 4)
(defmap u32v :type :array :key u32 :value u32 :max-entries 4)
(defmap u64v :type :array :key u32 :value u64 :max-entries 4)
(defmap i8v :type :array :key u32 :value i8 :max-entries 4)
(defmap i16v :type :array :key u32 :value i16 :max-entries 4)
(defmap i32v :type :array :key u32 :value i32 :max-entries 4)
(defmap i64v :type :array :key u32 :value i64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap u64v 0) (u64 (if (getmap u8v 0) (getmap u32v 0) (getmap i32v 0))))
  (setf (getmap u64v 0) (u64 (or (getmap u64v 0) (getmap i64v 0))))
  (setf (getmap u64v 0) (u64 (cond ((getmap u8v 0) (getmap u64v 0)) (t (getmap i32v 0)))))
  1)
