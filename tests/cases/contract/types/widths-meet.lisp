; Operands below 32 bits are widened keeping their sign, then a widening that keeps every value is implicit.
;; run: packet[0]=#(0x80 0xff 0xfe 0xff 0xff 0xff 0x78 0x56 0x34 0x92) -> ret 1, o[0]=0x8000, o[1]=0xffffffffffffff7f, o[2]=0xffff8000, o[3]=0x7f80
;;   , o[4]=0xffffffff00000080, o[5]=0x80, o[6]=1, o[7]=0xfffffffe, o[8]=0x923496f8, o[9]=0, o[10]=0xffffffffffffff7f, o[11]=0x100000000
;;   , o[12]=0xc0, o[13]=0x40, o[14]=0xff80, o[15]=1
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:section "cgroup_skb/egress")
  (with-packet (data end :min-len 10)
    (let ((b (load u8 data 0)) (s (load i8 data 0)) (m (load i8 data 1)) (h (load u16 data 0)) (w (load i32 data 2)) (u (load u32 data 6)))
      (setf (getmap o 0) (<< b 8)                       ; not lost
            (getmap o 1) (u64 (i64 (+ s m)))            ; -128 + -1 as i32
            (getmap o 2) (u64 (u32 (<< s 8)))           ; -128 * 256 as i32
            (getmap o 3) (* b (load u8 data 1))
            (getmap o 4) (u64 (+ (i64 b) (<< (i64 m) 32)))
            (getmap o 5) (u64 (- (+ b w) w))            ; u8 with i32 is i32
            (getmap o 6) (u64 (u16 (- (load u8 data 1) (load u8 data 2))))
            (getmap o 7) (u64 (u32 w))
            (getmap o 8) (+ u (u64 b) (* b b))          ; u32 with u64 is u64
            (getmap o 9) (< (+ (i64 u) w) 0)
            (getmap o 10) (u64 (+ (i64 s) (i32 m)))
            (getmap o 11) (+ (u64 (u32 w)) 2)
            (getmap o 12) (u64 (u8 (>> s 1)))           ; arithmetic
            (getmap o 13) (>> b 1)                      ; logical
            (getmap o 14) (u64 (u16 s))
            (getmap o 15) (and (> b s) (< m 0) (> b m)))))
  1)
