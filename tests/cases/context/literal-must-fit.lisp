;; error: E0203 @ 4:20

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) #x100000000)
  (setf (ctx mark) #xffffffff)
  (setf (ctx mark) -1)
  1)
