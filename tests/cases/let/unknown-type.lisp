;; error: E0204 @ 4:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a u31 1)) (logand a 1)))
