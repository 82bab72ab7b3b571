;; error: E0305 @ 3:40

(defprog p (:type :cgroup-skb :section "xdp")
  1)
