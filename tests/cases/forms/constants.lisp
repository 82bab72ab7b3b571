;; error: E0103 @ 7:19
;; error: E0109 @ 8:16
;; error: E0104 @ 9:1
;; error: E0104 @ 10:1
;; error: E0105 @ 12:14

(defconstant a (+ b 1))
(defconstant c (get-prandom-u32))
(defconstant d)
(defconstant e 1 2)
(defconstant f 1)
(defconstant f 2)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
