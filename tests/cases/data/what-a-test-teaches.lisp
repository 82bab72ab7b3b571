;; run: mark=5 -> ret 1, out[0]=5, out[1]=6, out[2]=8, out[3]=15
;; run: mark=20 -> ret 1, out[0]=20, out[1]=0, out[2]=0, out[3]=0
;; perfmon: pointer

; A second, narrower test of an index counts for what is computed after it, also where the same was
; computed before.
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defvar wide (array u64 64))
(defvar narrow (array u64 16))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((i (ctx mark)) (k (+ i 1)) (s (i32 (ctx mark))))
    (dotimes (j 64) (setf (aref wide j) j))
    (dotimes (j 16) (setf (aref narrow j) j))
    (dotimes (j 4) (setf (getmap out j) 0))
    (when (< i 64)
      (setf (getmap out 0) (aref wide i))
      (when (< i 10) (setf (getmap out 1) (aref narrow (+ i 1)))))
    (when (< k 10) (setf (getmap out 2) (aref narrow (+ k 2))))
    (when (and (>= s -40) (< s 60))
      (when (and (>= s 0) (< s 6))
        (setf (getmap out 3) (aref narrow (+ s 10))))))
  1)
