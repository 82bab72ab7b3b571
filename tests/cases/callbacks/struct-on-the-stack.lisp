; A struct on the stack is changed from inside the callbacks, and a callback returns for its function.
;; run: in[0]=4 -> ret 1, out[0]=6, out[1]=10, out[2]=4
;; run: in[0]=40 -> ret 1, out[0]=780, out[1]=11, out[2]=40
;; perfmon: stack
(defmap in :type :array :key u32 :value u64 :max-entries 4)
(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defmap h :type :hash :key u32 :value u64 :max-entries 64)
(defstruct acc (n u32) (sum u64) (arr (array u32 4)))
(defun find-key ((want u64)) :returns u64
  (do-map (k v h) (when (= (deref v) want) (return (u64 (deref k)))))
  11)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (getmap in 0)) (a (make-acc)))
    (bpf-loop (i n)
      (let ((i i)) (incf (acc-sum a) i))
      (setf (getmap h (u32 i)) (+ i 100))
      (incf (acc-arr a (logand i 3)))
      (incf (acc-n a)))
    (setf (getmap out 0) (acc-sum a))
    (setf (getmap out 1) (if (> n 10) 11 10))
    (setf (getmap out 2) (acc-n a))
    (when (= (find-key 102) 2) (return 1))
    0))
