;; error: E0105 @ 5:9
;; error: E0105 @ 7:9

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar o u64)
(defvar a-b u64)
(defvar a_b u64)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
