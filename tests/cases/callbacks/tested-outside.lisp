;; run p: -> ret 1, m[0]=10
;; run q: -> ret 1, m[0]=10
;; run nested: -> ret 1, m[0]=12
;; run inside: -> ret 1, m[0]=3

; A pointer that is tested before a callback is not null in it, however deep.
(defmap m :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (unless v (return 0))
    (bpf-loop (i 10) (incf (deref v)))
    1))
(defprog q (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (when v
      (bpf-loop (i 10) (incf (deref v))))
    1))
(defprog nested (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (unless v (return 0))
    (bpf-loop (i 3)
      (bpf-loop (j 4) (incf (deref v))))
    1))
(defprog inside (:section "cgroup_skb/egress")
  (let ((v (map-lookup m 0)))
    (bpf-loop (i 3)
      (when v (incf (deref v))))
    1))
