;; error: E0103 @ 5:13

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((my-var 1))
    (logand my_var 1)))
