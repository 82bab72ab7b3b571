;; error: E0104 @ 7:20
;; error: E0104 @ 8:9
;; error: E0403 @ 9:13
;; error: E0203 @ 10:31

(defprog clauses (:type :cgroup-skb :section "cgroup_skb/egress")
  (loop repeat 5   collect 1)
  (loop for)
  (loop for i from 0 do 1)
  (loop for i from 0 to 10 by 0 do 1)
  1)
