;; error: E0203 @ 4:15

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((port 70000)) (declare (type u16 port)) (logand port 1)))
