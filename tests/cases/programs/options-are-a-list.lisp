;; error: E0104 @ 3:12

(defprog p :cgroup-skb 1)
