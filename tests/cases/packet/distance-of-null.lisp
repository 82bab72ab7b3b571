;; error: E0401 @ 6:12
; What lies between two pointers is not known where one of them may be null.
(defprog length (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((data (ctx data)) (data-end (ctx data-end))
         (end (unless (= (ctx mark) 9) data-end)))
    (if (> (- end data) 20) 0 1)))
(defprog tested (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((data (ctx data)) (data-end (ctx data-end))
         (end (unless (= (ctx mark) 9) data-end)))
    (if (and end (> (- end data) 20)) 0 1)))
