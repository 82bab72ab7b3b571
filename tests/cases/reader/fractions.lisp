;; error: E0005 @ 6:10
;; error: E0005 @ 6:14
; Macros and userspace have fractions, BPF programs have not.

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (if (> 1.5 0.25) 1 0))
