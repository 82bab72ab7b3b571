;; error: E0104 @ 11:36
;; error: E0104 @ 13:13
;; error: E0203 @ 14:16
;; error: E0308 @ 15:16
;; error: E0112 @ 17:5
;; error: E0113 @ 18:45
;; error: E0401 @ 22:21
;; error: E0112 @ 23:21

(defmap q :type :queue :value u32 :max-entries 8)
(defun f ((x u64)) (bpf-loop (i 3) (return x)) 1)
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (bpf-loop i 1)
  (bpf-loop (i 9000000) 1)
  (do-map (k v q) 1)
  (let* ((x 1) (p (stack-addr x)))
    (bpf-loop (i 3) (setf p (stack-addr x))))
  (block outer (bpf-loop (i 3) (return-from outer 1)))
  (f 1))
(defprog proofs (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((p (map-lookup m 0)))
    (bpf-loop (i 3) (incf (deref p)))
    (do-map (k v m) (setf (deref k) 1)))
  1)
(defmap m :type :hash :key u32 :value u64 :max-entries 8)
