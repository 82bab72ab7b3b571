; What cannot be read does not hide what is wrong elsewhere; an integer is told at the literal.
(defprog a (:section "cgroup_skb/egress") (unknown-thing) 18446744073709551616)
(defprog b (:section "cgroup_skb/egress") (setf x "a\q") 1)
(defprog c (:section "cgroup_skb/egress") (+ #xfg -9223372036854775809) #\unknownchar 1)
(defprog d (:section "cgroup_skb/egress") (other-thing) ,x 1)
(defprog e (:section "cgroup_skb/egress") (let ((x 1)) (third-thing))
(defprog f (:section "cgroup_skb/egress") (fourth-thing) 1)
