;; error: E0203 @ 4:19

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((port u16 70000)) (logand port 1)))
