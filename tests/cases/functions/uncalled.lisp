; What nothing calls is checked all the same, and does no harm in the object.
(defmap m :type :hash :key u32 :value u64 :max-entries 8)
(defun never ((p (ptr u64)) (x u64))
  (bpf-loop (i x) (incf (deref p) i))
  (other x))
(defun other ((x u64)) (do-map (k v m) (incf (deref v) x)) x)
(defprog fine (:type :cgroup-skb :section "cgroup_skb/egress") 1)
