; s8 to s64 are i8 to i64.
;; run: mark=0xff -> ret 1, o[0]=0xffffffffffffffff, o[1]=0xff
(defmap o :type :array :key u32 :value u64 :max-entries 2)
(defstruct r (a s16) (b s64))
(defprog p (:section "cgroup_skb/egress")
  (let ((x s8 (ctx mark)) (r (make-r :a 255)))
    (setf (getmap o 0) (u64 (s64 x)))
    (setf (r-b r) (r-a r))
    (setf (getmap o 1) (u64 (r-b r))))
  1)
