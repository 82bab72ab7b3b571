;; error: E0304 @ 3:10

(defprog p (:type :cgroup-skb)
  1)
