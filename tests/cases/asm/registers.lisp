;; kernel-only
;; run: in[0]=40 -> ret 1, out[0]=42, out[1]=-40, out[2]=43, out[3]=0x1122334455667788, out[4]=80,
;;   out[5]=40, out[6]=7, out[7]=100

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value i64 :max-entries 8)

(defprog raw (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0)) (wide 0))
    ;; r0 = 41, r0 += 1: they stay together, and the value is the last one's
    (setf (getmap out 0) (i64 (progn (asm #xb7 0 0 0 41) (asm #x07 0 0 0 1))))
    ;; the compiler picks the register
    (setf (getmap out 1) (i64 (asm (logior BPF_ALU64 BPF_NEG) x 0 0 0)))
    ;; one picked, one by number; r3 and r7 are not lost to what is alive across it
    (setf (getmap out 2) (i64 (progn (asm #xb7 7 0 0 43) (asm #xbf 3 7 0 0))))
    (setf (getmap out 3) (i64 (asm #x18 2 0 0 #x1122334455667788)))
    (setf (getmap out 4) (i64 (asm #x0f x x 0 0)))
    (setf (getmap out 5) (i64 x))
    ;; through memory
    (asm #x7b (stack-addr wide) x 0 0)
    (asm #x7a (stack-addr wide) 0 0 7)
    (setf (getmap out 6) (i64 wide))
    ;; a helper by number, and what is alive survives it
    (asm #x85 0 0 0 5)
    (when (/= x 0) (setf (getmap out 7) (i64 (+ x 60)))))
  1)
