;; error: E0112 @ 5:9

(defconstant limit 5)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf limit 1)
  1)
