;; emit asm
;; slots: 2
;; run: -> ret 1

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
