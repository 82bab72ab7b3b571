;; error: E0103 @ 4:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a b) (b 1)) (logand a 1)))
