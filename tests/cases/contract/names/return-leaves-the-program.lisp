; From inside loops in loops, callbacks and walks over maps; what came before stays.
;; run loops: mark=0 -> ret 1, n=12
;; run loops: mark=1 -> ret 0, n=5
;; run loops: mark=2 -> ret 0, n=2
;; run called: mark=3 -> ret 1, n=33
;; run called: mark=20 -> ret 0, n=20
;; run walk: h[5]=50 -> ret 0, n=50
;; run walk: -> ret 1, n=1000
;; perfmon: loop
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defprog loops (:section "cgroup_skb/egress")
  (setf n 0)
  (let ((mark (ctx mark)) (left 3))
    (dotimes (i 4)
      (loop for j from 0 below 3 do
        (setf n (+ n 1))
        (when (and (= mark 1) (= i 1) (= j 1)) (return 0))
        (while (and (= mark 2) (> left 0)) :max 9
          (decf left)
          (when (and (= left 1) (= j 1)) (return nil))
          (when (= left 2) (break))))))
  1)
(defun find ((x u64)) :returns u64
  (bpf-loop (i 12)
    (dotimes (j 3)
      (when (= (+ (* 3 i) j) x) (return (* 11 x)))))
  20)
(defprog called (:section "cgroup_skb/egress")
  (bpf-loop (i 4)
    (bpf-loop (j 4)
      (when (= (+ i j (ctx mark)) 26) (setf n 20) (return 0))))
  (setf n (find (ctx mark)))
  1)
(defprog walk (:section "cgroup_skb/egress")
  (setf n 1000)
  (do-map (k v h)
    (when (= (deref k) 5) (setf n (deref v)) (return 0))
    (setf n 1))
  1)
