;; error: E0115 @ 10:3
;; error: E0115 @ 15:3
;; error: E0115 @ 18:3

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
(defprog frame (:type :cgroup-skb :section "cgroup_skb/egress")
  (asm #x79 0 10 -8 0)
  1)
