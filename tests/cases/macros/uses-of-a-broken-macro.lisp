;; error: E0601 @ 4:1
; A macro that could not be defined is said once, and what uses it, as a value as well, is not gone on with.
(defmap c :type :array :key u32 :value u64 :max-entries 1)
(defmacro sum-of (100 &rest xs) (first xs))
(defprog p (:section "cgroup_skb/egress")
  (incf (getmap c 0) (sum-of 1 2 3))
  (let ((x (sum-of 1 2))) (setf (ctx mark) x))
  1)
