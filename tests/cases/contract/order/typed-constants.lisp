; A constant that was given a type computes at it, as a value known at run time would.
;; run: -> ret 1, o[0]=0x80000000, o[1]=0xfffffff0, o[2]=0xfffffffe, o[3]=200, o[4]=0x80, o[5]=44, o[6]=4, o[7]=0, o[8]=0xffffffff, o[9]=0x2c, o[10]=1, o[11]=0x8000000000000000
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 (u32 (abs (i32 #x80000000))))     ; the least value is itself
        (getmap o 1) (u64 (<< (max (u32 #xffffffff) 1) 4))  ; wraps at 32 bits
        (getmap o 2) (u64 (u32 (+ (min (u32 #xffffffff) (u32 #xffffffff)) (u32 #xffffffff))))
        (getmap o 3) (u64 (max (u8 200) (u8 3)))
        (getmap o 4) (u64 (abs (i8 -128)))                  ; widened first
        (getmap o 5) (u64 (u8 (u32 300)))
        (getmap o 6) (u64 (>> (min (u32 64) (u32 #xffffffff)) 4))
        (getmap o 7) (u64 (+ (max (u32 #xffffffff) 2) 1))
        (getmap o 8) (u64 (- (u32 0) 1))
        (getmap o 9) (u64 (cast u8 300))
        (getmap o 10) (> (max (u32 1) (u32 #xffffffff)) 0)
        (getmap o 11) (u64 (abs (i64 #x8000000000000000))))
  1)
