;; error: E0005 @ 4:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 99999999999999999999))
    (logand x 1)))
