;; error: E0304 @ 3:40

(defprog p (:type :cgroup-skb :section "cgroup_skb/egres")
  1)
