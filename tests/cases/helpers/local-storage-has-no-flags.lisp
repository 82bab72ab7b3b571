;; error: E0203 @ 8:55
;; error: E0203 @ 9:55
(defstruct counts (packets u64))
(defmap per-cgroup :type :cgroup-storage :key u64 :value counts)
(defconstant +none+ 0)
(defprog p (:section "cgroup_skb/egress")
  (incf (counts-packets (get-local-storage per-cgroup +none+)))
  (incf (counts-packets (get-local-storage per-cgroup 1)))
  (incf (counts-packets (get-local-storage per-cgroup (ctx len))))
  1)
