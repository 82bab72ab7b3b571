;; emit hir
(defstruct counts (packets u64) (bytes u64))
(defmap per-cgroup :type :cgroup-storage :key u64 :value counts)
(defprog p (:section "cgroup_skb/egress")
  (let ((c (get-local-storage per-cgroup 0)))
    (incf (counts-packets c))
    (incf (counts-bytes c) (ctx len)))
  1)
