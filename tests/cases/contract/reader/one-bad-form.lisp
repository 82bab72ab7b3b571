;; error: E0101 @ 13:44
;; error: E0005 @ 13:59
;; error: E0103 @ 14:49
;; error: E0005 @ 14:53
;; error: E0005 @ 15:46
;; error: E0005 @ 15:51
;; error: E0005 @ 15:73
;; error: E0101 @ 16:44
;; error: E0104 @ 16:57
;; error: E0003 @ 17:1
;; error: E0101 @ 18:44
; What cannot be read does not hide what is wrong elsewhere; an integer is told at the literal.
(defprog a (:section "cgroup_skb/egress") (unknown-thing) 18446744073709551616)
(defprog b (:section "cgroup_skb/egress") (setf x "a\q") 1)
(defprog c (:section "cgroup_skb/egress") (+ #xfg -9223372036854775809) #\unknownchar 1)
(defprog d (:section "cgroup_skb/egress") (other-thing) ,x 1)
(defprog e (:section "cgroup_skb/egress") (let ((x 1)) (third-thing))
(defprog f (:section "cgroup_skb/egress") (fourth-thing) 1)
