;; error: E0402 @ 5:9
(defprog length (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)) (data-end (ctx data-end)))
    (when (< (- data-end data) 20) (return 0))
    (if (load u8 data 0) 1 0)))
