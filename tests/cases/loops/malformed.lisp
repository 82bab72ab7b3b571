;; error: E0104 @ 6:12
;; error: E0104 @ 7:12
;; error: E0102 @ 8:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes 5 nil)
  (dotimes (5 i) nil)
  (dotimes)
  1)
