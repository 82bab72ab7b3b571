;; error: E0104 @ 8:3
;; error: E0104 @ 9:3
;; error: E0104 @ 10:3
;; error: E0104 @ 11:4
;; error: E0104 @ 12:12

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  "text"
  :key
  #(1 2)
  (5 6)
  (let ((x "text")) 1))
