;; error: E0104 @ 4:9

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a u8 1 2)) 1))
