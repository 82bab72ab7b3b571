;; kernel-only
; One storage of each kind, and another in another program.
(defmap one :type :cgroup-storage :value u64)
(defmap two :type :cgroup-storage :value u64)
(defmap three :type :percpu-cgroup-storage :value u64)

(defprog both (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (deref (get-local-storage one 0)))
  (incf (deref (get-local-storage three 0)))
  (incf (deref (get-local-storage one 0)))
  1)
(defprog other (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (deref (get-local-storage two 0)))
  1)
