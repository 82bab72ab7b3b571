; Pointers and the context reach the body, and so do loops inside it.
;; run: mark=5 -> ret 1, out[0]=20, out[1]=16, out[2]=12, st[0]=#(4 0 0 0 9 0 0 0)

(defstruct pair (a u32) (b u32))
(defmap st :type :array :key u32 :value pair :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 4)

(defprog pointers (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((marks 0) (own (make-pair :a 4)) (rounds 0))
    (when-let ((p (map-lookup st 0)))
      (bpf-loop (i 4)
        (incf marks (ctx mark))
        (incf (pair-b own) (pair-a own))
        (bpf-loop (j 3) (incf rounds))
        (when p
          (incf (pair-a p))
          (setf (pair-b p) 9))))
    (setf (getmap out 0) marks)
    (setf (getmap out 1) (pair-b own))
    (setf (getmap out 2) rounds))
  1)
