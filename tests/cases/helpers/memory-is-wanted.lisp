;; error: E0201 @ 5:33

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (u32 0)))
    (skb-load-bytes (ctx-ptr) 0 x 4))
  1)
