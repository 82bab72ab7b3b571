;; error: E0402 @ 5:48

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (u32 0)))
    (skb-load-bytes (ctx-ptr) 0 (stack-addr x) 8))
  1)
