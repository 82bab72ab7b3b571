; What a function may do depends on the program that calls it.
;; error: E0310 @ 5:26


(defun cookie ((c ctx)) (get-socket-cookie (ctx-ptr)))

(defprog fine (:type :cgroup-skb :section "cgroup_skb/egress")
  (cookie (ctx-ptr))
  1)
(defprog wrong (:type :xdp)
  (cookie (ctx-ptr))
  XDP_PASS)
