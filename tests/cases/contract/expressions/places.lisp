; setf of several pairs, rotatef, incf and decf over every kind of place: variables, globals, fields, elements, bits, maps, memory, contexts.
;; run: mark=3, m[1]=10, m[2]=20, packet[0]=#(1 2 3 4 5 6 7 8) -> ret 1, o[0]=20, o[1]=10, o[2]=5, o[3]=0x0403, o[4]=9, o[5]=0x12, o[6]=33, o[7]=4, g=0x101, arr=#(9 0 8 0 7 0), m[1]=20, m[2]=10, m[3]=2, mark=77, o[8]=3, o[9]=0xfffe, o[10]=100
;; perfmon: stack
(defstruct s (a u16) (f (bits u8 4)) (h (bits u8 4)) (many (array u16 4)) (big u64))
(defmap m :type :hash :key u32 :value u64 :max-entries 8)
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar g u32 #xff)
(defvar arr (array u16 3))
(defprog p (:section "cgroup_skb/egress")
  (let ((s (make-s :a 5 :f 2 :h 1)) (x 4) (y u16 9) (word u64 0) (i (logand (ctx mark) 3)))
    (rotatef (getmap m 1) (getmap m 2))
    (setf (getmap o 0) (getmap m 1) (getmap o 1) (getmap m 2))
    (rotatef (s-a s) y (s-many s i))                     ; a=9 y=0 many[3]=5
    (setf (getmap o 2) (s-many s 3) (getmap o 4) (s-a s))
    (rotatef (s-f s) (s-h s))                            ; f=1 h=2
    (incf (s-h s) 15)                                    ; 17 in four bits is 1
    (setf (getmap o 5) (+ (s-f s) (* 17 (s-h s))))
    (skb-load-bytes (ctx-ptr) 0 (stack-addr word))
    (setf (getmap o 3) (load u16 (stack-addr word) 2))
    (incf g 2)
    (setf (aref arr 0) (s-a s) (aref arr (- 3 2)) 8 (aref arr 2) (- (aref arr 1) 1))
    (incf (getmap m 3) 2)
    (setf (ctx mark) 77)
    (setf (getmap o 6) (prog1 (incf x 29) (setf x 3)) (getmap o 8) x)
    (setf (getmap o 7) (progn (setf (load u8 (stack-addr word) 1) 4) (load u8 (stack-addr word) 1)))
    (decf (s-big s) -100)
    (setf (getmap o 10) (s-big s))
    (setf y 1)
    (setf (getmap o 9) (decf y 3)))
  1)
