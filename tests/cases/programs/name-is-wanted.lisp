;; error: E0104 @ 5:10
;; error: E0104 @ 6:9
;; error: E0104 @ 7:1

(defprog (:type :cgroup-skb) 1)
(defmap 5)
(defconstant)
