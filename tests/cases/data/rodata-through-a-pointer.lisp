;; error: E0112 @ 8:3
;; error: E0112 @ 9:20

(defstruct pair (a u64) (b u64))
(defvar limits pair :section :rodata)
(defmap m :type :hash :key u32 :value u64 :max-entries 8)
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (zero limits)
  (do-map (k v m)  (setf (deref k) 1))
  (pair-a limits)
  1)
