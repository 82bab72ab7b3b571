;; error: E0203 @ 5:18
;; error: E0203 @ 7:15

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar small u8 300)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf small 256)
  1)
