;; error: E0307 @ 8:12
;; error: E0307 @ 8:33
;; error: E0307 @ 8:53
;; error: E0307 @ 8:72
;; error: E0307 @ 9:16

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((a (ctx tc-classid)) (b (ctx data-meta)) (c (ctx wire-len)) (d (ctx flow-keys)))
    (setf (ctx tc-classid) 1)
    1))
