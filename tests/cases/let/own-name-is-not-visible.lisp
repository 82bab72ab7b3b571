;; error: E0103 @ 4:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a a)) (logand a 1)))
