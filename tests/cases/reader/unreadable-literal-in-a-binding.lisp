;; error: E0005 @ 4:16
; What cannot be read is an error of its own, wherever its value goes.
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x u64 99999999999999999999)) (logand x 1)))
