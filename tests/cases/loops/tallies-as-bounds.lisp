;; perfmon: loop
;; run p: in[3]=3, in[5]=3 -> ret 1, o[0]=2
;; run q: in[3]=3, in[5]=3 -> ret 1, o[1]=66
;; run r: in[3]=9, in[5]=3 -> ret 1, o[2]=28
;; run s: -> ret 1, o[3]=31

; How often a loop runs was counted, or picked, by another: the limit that it is given holds for the verifier too.
(defmap in :type :array :key u32 :value u64 :max-entries 50)
(defmap o :type :array :key u32 :value u64 :max-entries 4)

; Counted before.
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (u64 0)))
    (dotimes (i 50) (when (= (getmap in i) 3) (incf n)))
    (dotimes (i n :max 10) (incf (getmap o 0))))
  1)

; Counted by the loop around it, which runs often.
(defprog q (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (u64 0)))
    (dotimes (i 37)
      (when (= (getmap in i) 3) (incf n))
      (dotimes (j n :max 10) (incf (getmap o 1)))))
  1)

; The largest so far.
(defprog r (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((most (u64 0)))
    (dotimes (i 10)
      (when (> (getmap in i) most) (setf most (getmap in i)))
      (dotimes (j most :max 4) (incf (getmap o 2)))))
  1)

; A state.
(defprog s (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (u64 3)))
    (dotimes (i (ctx len) :max 5)
      (dotimes (j n :max 10) (setf n 7) (incf (getmap o 3)))))
  1)
