;; error: E0401 @ 8:22
;; error: E0401 @ 14:38
;; error: E0112 @ 19:5
; A pointer that is tested on another way, or after the callback, may be null in it.
(defmap m :type :array :key u32 :value u64 :max-entries 1)
(defprog after (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (bpf-loop (i 10) (incf (deref v)))
    (unless v (return 0))
    1))
(defprog other (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (when v (incf (deref v)))
    (bpf-loop (i 3) (bpf-loop (j 10) (incf (deref v))))
    1))
(defprog changed (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (unless v (return 0))
    (bpf-loop (i 10)
      (incf (deref v))
      (setf v (map-lookup m (u32 i))))
    1))
