;; error: E0102 @ 4:16

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a 1)) (setf a) 1))
