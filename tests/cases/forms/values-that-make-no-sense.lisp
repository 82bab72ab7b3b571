;; error: E0104 @ 9:3
;; error: E0104 @ 10:3
;; error: E0104 @ 11:3
;; error: E0104 @ 12:4
;; error: E0104 @ 13:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1
  "text"
  :key
  #(1 2)
  (5 6)
  (let ((x "text")) 1))
