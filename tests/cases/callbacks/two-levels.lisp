; Callbacks in callbacks, and through a function that takes a pointer.
;; run: -> ret 1, out[0]=9, out[1]=3, out[2]=5
;; perfmon: stack
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defmap arr :type :array :key u32 :value u64 :max-entries 4)
(defmap pcpu :type :percpu-array :key u32 :value u64 :max-entries 4)
(defstruct big (a (array u64 20)))
(defun helper-loop ((n u32) (p (ptr u64))) :returns u64
  (bpf-loop (i n) (incf (deref p)) (when (= i 2) (return 77)))
  0)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((c 0) (b (make-big)) (flag nil) (small (u8 250)))
    (when (= (helper-loop 9 (stack-addr c)) 77) (incf c 6))
    (setf (getmap out 0) c)
    (bpf-loop (i 3)
      (when (< i 20) (setf (big-a b i) i))
      (setf flag t)
      (incf small)
      (do-map (k v arr) (incf (deref v) (big-a b (logand (deref k) 15)))))
    (setf (getmap out 1) (if flag (u64 (- small 250)) 0))
    (do-map (k v pcpu) (setf (deref v) 3))
    (setf (getmap out 2) 5))
  1)
