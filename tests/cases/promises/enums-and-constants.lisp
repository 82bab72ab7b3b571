; Members count up from 0 or the last value; constants are evaluated at compile time, with macro-time functions.
;; run: -> ret 1, o[0]=0, o[1]=1, o[2]=10, o[3]=11, o[4]=120, o[5]=3, o[6]=64
(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun factorial (n) (if (<= n 1) 1 (* n (factorial (- n 1))))))
(defenum state (idle) (busy) (gone 10) (lost))
(defconstant +all+ (factorial 5))
(defconstant +names+ (length '(a b c)))
(defconstant +bits+ (ash 1 6))
(defmap o :type :array :key u32 :value u64 :max-entries 8)
(defprog p (:section "cgroup_skb/egress")
  (setf (getmap o 0) idle (getmap o 1) busy (getmap o 2) gone (getmap o 3) lost
        (getmap o 4) +all+ (getmap o 5) +names+ (getmap o 6) +bits+)
  1)
