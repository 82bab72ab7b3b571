;; error: E0205 @ 6:3

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar small u8)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf small)
  (setf small (+ small 1))
  1)
