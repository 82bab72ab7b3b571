;; run: mark=5 -> ret 1, out[0]=1, out[1]=1, out[2]=1, out[5]=13
;; run: mark=2 -> ret 1, out[0]=1, out[1]=1, out[2]=0, out[5]=5
;; run: mark=0xffffffff -> ret 1, out[5]=0
;; run: mark=16 -> ret 1, out[5]=0
;; perfmon: pointer

; An index is in range when its loop has a `:max`, or when tests of its sign and its limit say so.
(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defvar seen (array u64 16))
(defvar few (array u64 8))

(defprog count (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (ctx mark)) (i (i32 (ctx mark))) (w (i64 (i32 (ctx mark)))))
    (dotimes (j n :max 3)
      (setf (aref seen j) 1)
      (setf (getmap out j) (aref seen j)))
    (dotimes (j 16) (setf (aref seen j) 0))
    (dotimes (j (logand n 7) :max 8) (incf (aref few j)))
    (dotimes (j (min n 8) :max 8) (incf (aref few j)))
    (dotimes (j i :max 16) (incf (aref seen j)))
    (dotimes (j w :max 16) (incf (aref seen j)))
    (loop for k from 2 below n by 2 :max 7 do (setf (aref seen k) 9))
    (loop for k from 3 to w :max 8 do (setf (aref seen k) 8))
    (when (and (>= i 0) (< i 16)) (incf (aref seen i) 4))
    (unless (or (< w 0) (> w 15)) (incf (aref seen w)))
    (when (> i -1)
      (when (<= i 7) (setf (aref few i) 1)))
    (when (and (>= i 0) (< i 16)) (setf (getmap out 5) (aref seen i))))
  1)
