;; run: in[0]=3 -> ret 0, out[0]=3
;; run: in[0]=100 -> ret 1, out[0]=16, out[1]=1000
;; run: in[0]=7 -> ret 1, out[0]=16, out[1]=70

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defun find ((x u64)) :returns u64
  (bpf-loop (i 16)
    (when (= i x) (return (* 10 i))))
  1000)

(defprog early (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n (getmap in 0)) (rounds 0))
    (bpf-loop (i 16)
      (setf (getmap out 0) i)
      (when (and (= i n) (< n 5)) (return 0))
      (incf rounds))
    (setf (getmap out 0) rounds)
    (setf (getmap out 1) (find n)))
  1)
