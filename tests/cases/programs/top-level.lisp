;; error: E0106 @ 8:1
;; error: E0106 @ 9:1
;; error: E0106 @ 10:2
;; error: E0106 @ 11:2
;; error: E0106 @ 12:2
;; error: E0106 @ 13:1

5
name
(defporg p () 1)
(when 1 2)
((a) b)
"text"
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
