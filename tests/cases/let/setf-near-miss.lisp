;; error: E0103 @ 5:11

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((counter 1))
    (setf countre 2))
  1)
