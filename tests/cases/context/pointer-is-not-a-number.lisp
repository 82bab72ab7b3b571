;; error: E0201 @ 5:20
;; error: E0201 @ 6:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (ctx-ptr))
  (+ (ctx-ptr) (ctx-ptr))
  1)
