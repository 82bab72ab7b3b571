;; error: E0402 @ 8:5
;; error: E0402 @ 9:20

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar slots (array u64 4))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((i (getmap o 0)))
    (setf (aref slots i) 1)
    (when (<= i 4) (setf (aref slots i) 1)))
  1)
