; The forms with -ptr take addresses.
;; run: -> ret 1, m[7]=9, o[0]=9
(defmap m :type :hash :key u32 :value u64 :max-entries 8)
(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (let ((k u32 7) (v u64 9) (gone u32 8))
    (map-update-ptr m (stack-addr k) (stack-addr v) BPF_ANY)
    (when-let ((p (map-lookup-ptr m (stack-addr k))))
      (setf (getmap o 0) (deref p)))
    (map-delete-ptr m (stack-addr gone)))
  1)
