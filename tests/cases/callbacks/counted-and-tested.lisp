;; run: in[0]=0 -> ret 1, out[0]=0, out[1]=0, out[2]=0, out[3]=0, out[4]=0
;; run: in[0]=3 -> ret 0, out[0]=3, out[1]=3, out[2]=3, out[3]=9, out[4]=1
;; run: in[0]=70000 -> ret 0, out[0]=4464, out[1]=70000, out[2]=105000, out[3]=210000, out[4]=5
; Numbers that a callback counts, of any width, and that the program decides by.
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 8)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (getmap in 0)) (narrow (u16 0)) (wide 0) (masked (u32 0)) (nested 0) (seen 0))
    (bpf-loop (i n)
      (incf narrow)
      (incf wide)
      (incf masked (u32 (logand i 3)))
      (when (> wide 100000) (break)))
    (bpf-loop (i n)
      (bpf-loop (j 3) (incf nested)))
    (bpf-loop (i 5)
      (when (>= wide (+ 1 (* i 3))) (incf seen)))
    (when (> narrow 0) (setf (getmap out 0) narrow))
    (when (> wide 0) (setf (getmap out 1) wide))
    (when (> masked 0) (setf (getmap out 2) (u64 masked)))
    (when (> nested 2) (setf (getmap out 3) nested))
    (when (> seen 0) (setf (getmap out 4) seen))
    (if (and (= narrow 0) (= wide 0)) 1 0)))
