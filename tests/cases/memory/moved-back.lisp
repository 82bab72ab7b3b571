;; perfmon: sealed
;; run p: m[0]=#(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31), mark=0 -> o[0]=0, o[1]=20, o[2]=1
;; run p: m[0]=#(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31), mark=15 -> o[0]=15, o[1]=5, o[2]=16
;; run q: mark=3 -> o[3]=7
;; run q: mark=7 -> o[3]=7

; A pointer that a run-time number moves back, within its object.
(defmap m :type :array :key u32 :value (array u8 32) :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defvar bytes (array u8 16))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((x (map-lookup m 0)))
    (let ((n (logand (ctx mark) 15)) (i (- (i32 n) 8)))
      (setf (getmap o 0) (u64 (load u8 (+ x 8) i)))
      (setf (getmap o 1) (u64 (load u8 (- (+ x 20) n))))
      (setf (getmap o 2) (u64 (load u8 (+ x i) 9)))))
  1)
(defprog q (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (logand (ctx mark) 7)))
    (setf (load u8 (- (+ bytes 8) n)) 7)
    (setf (getmap o 3) (u64 (load u8 (+ bytes (- (i64 8) (i64 n)))))))
  1)
