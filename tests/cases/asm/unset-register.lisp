;; error: E0115 @ 9:3
;; error: E0115 @ 14:3

; A register that nothing was put in, and one that a call has emptied.

(defprog early (:type :cgroup-skb :section "cgroup_skb/egress")
  (asm #xb7 0 0 0 1)
  (asm #xb7 1 0 0 1)
  (asm #x0f 0 3 0 0)
  1)
(defprog late (:type :cgroup-skb :section "cgroup_skb/egress")
  (asm #xb7 1 0 0 1)
  (asm #x85 0 0 0 5)
  (asm #xbf 0 1 0 0)
  1)
