;; error: E0114 @ 7:6
;; error: E0114 @ 9:17
; Recursion points at the call that closes the cycle.
(defun a ((x u64)) :returns u64
  (if (= x 0) 0 (b (- x 1))))
(defun b ((x u64)) :returns u64
  (+ (a x) 1))
(defun self ((x u64)) :returns u64
  (if (= x 0) 0 (self (- x 1))))
(defprog p (:section "cgroup_skb/egress")
  (if (= 0 (a 5)) 1 0))
