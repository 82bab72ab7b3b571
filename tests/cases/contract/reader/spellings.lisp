; Comments of each kind, integers of each spelling, characters, strings with escapes, names of either case and either dash.
;; run: -> ret 1, o[0]=42, o[1]=0xfffffffffffffff9, o[2]=510, o[3]=20, o[4]=1000000, o[5]=97, o[6]=0xffffffffffffffff, o[7]=0x8000000000000000, pkt_count=6, o[8]=0x0a09225c, o[9]=0x41, o[10]=3, o[11]=4, o[12]=32
(in-package #:anything) (in-package "ANYTHING")
#| a #| nested |# ; not a line comment |#
(defmap o :type :array :key u32 :value u64 :max-entries #x10)
(defvar pkt-count u64)
(defenum colour (light-red 3) light_blue)
(defstruct Pair (first_one u32) (second-one (array u8 4)))
(DEFPROG p #;(:section "cgroup_skb/ingress") (:section "cgroup_skb/egress")
  #;#;(this is skipped) (and so is this)
  (let ((p (make-pair :FIRST-ONE 1)) (s (make-pair)))
    (setf (getmap o 0) 42 #| here |# (getmap o 1) (u64 -7)
          (getmap o 2) (+ #xff 0xFF) (GETMAP O 3) (+ #b101 #o17)
          (getmap o 4) 1_000_000 (getmap o 5) #\a
          (getmap o 6) 18446744073709551615 (getmap o 7) (u64 -9223372036854775808))
    (INCF Pkt_Count 2) (incf pkt-count 4)
    (memcpy s 4 "\\\"\t\n" 0 4)
    (setf (getmap o 8) (load u32 s 4))
    (setf (getmap o 9) (progn (memcpy s 4 "\x41\0" 0 2) (pair-second_one s 0)))
    (setf (getmap o 10) Light_Red (getmap o 11) LIGHT-BLUE (getmap o 12) (+ (pair-first-one p) 31)))
  (if (= XDP_PASS xdp_pass 2) T NIL))
