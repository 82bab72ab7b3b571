; Bit-fields are read and written in place, and leave their neighbours alone.
;; run: -> ret 1, o[0]=5, o[1]=0xfffffffffffffffd, o[2]=1, o[3]=100, o[4]=4, o[5]=6
(defstruct flags (low (bits u32 3)) (signed (bits i32 3)) (one (bits u32 1)) (rest (bits u32 25)))
(defmap o :type :array :key u32 :value u64 :max-entries 8)
(defprog p (:section "cgroup_skb/egress")
  (let ((f (make-flags :low 5 :rest 99)))
    (setf (flags-signed f) -3)
    (setf (flags-one f) 1)
    (incf (flags-rest f))
    (setf (getmap o 0) (flags-low f)
          (getmap o 1) (u64 (i64 (flags-signed f)))
          (getmap o 2) (flags-one f)
          (getmap o 3) (flags-rest f)
          (getmap o 4) (sizeof flags))
    (setf (flags-low f) (+ (flags-low f) 9))      ; 14 keeps three bits: 6
    (setf (getmap o 5) (flags-low f)))
  1)
