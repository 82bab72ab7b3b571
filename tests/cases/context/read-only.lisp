;; error: E0307 @ 6:14
;; error: E0307 @ 7:14
;; error: E0307 @ 8:14

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx len) 1)
  (setf (ctx remote-port) 1)
  (incf (ctx hash))
  1)
