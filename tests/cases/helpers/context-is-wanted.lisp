;; error: E0201 @ 5:22
;; error: E0201 @ 6:22

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (get-socket-cookie 5)
  (get-socket-cookie nil)
  1)
