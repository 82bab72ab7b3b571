;; error: E0112 @ 6:9

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar fixed u64 5 :section :rodata)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf fixed 1)
  1)
