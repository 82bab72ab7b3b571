; t is 1, nil is 0, false and NULL; case takes keys, lists of keys, t and otherwise, and is nil otherwise.
;; run: mark=0 -> ret 1, o[0]=1, o[1]=0, o[2]=2, o[3]=5, o[4]=0, o[5]=0, o[6]=0, o[7]=30, o[8]=4, o[9]=1, o[10]=1
;; run: mark=1 -> ret 1, o[0]=1, o[1]=0, o[2]=2, o[3]=6, o[4]=0, o[5]=10, o[6]=0, o[7]=31, o[8]=5, o[9]=0, o[10]=1
;; run: mark=9 -> ret 1, o[0]=1, o[1]=0, o[2]=2, o[3]=0, o[4]=77, o[5]=0, o[6]=0, o[7]=0, o[8]=6, o[9]=0, o[10]=1
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(define-symbol-macro nine 9)
(defprog p (:section "cgroup_skb/egress")
  (let ((m (ctx mark)) (none (map-lookup h 4)))
    (setf (getmap o 0) t
          (getmap o 1) nil
          (getmap o 2) (+ (u64 t) (u64 t) (u64 nil))
          (getmap o 3) (case m ((nil) 5) ((t) 6))             ; keys in a list are 0 and 1
          (getmap o 4) (case m ((8 nine) 77))
          (getmap o 5) (u64 (case m (1 (i8 10))))
          (getmap o 6) (case m)
          (getmap o 7) (case (+ m 1) ((1 2) 30 (setf m (+ m 30)) m) (3 1))
          (getmap o 8) (case (ctx mark) (0 4) ((1) 5) (otherwise 6))
          (getmap o 9) (not (ctx mark))
          (getmap o 10) (and (= none nil) (= nil none) (= none 0) (not none) (not (/= none nil)))))
  1)
