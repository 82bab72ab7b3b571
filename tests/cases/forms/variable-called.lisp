;; error: E0101 @ 5:6

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 1))
    (x))
  1)
