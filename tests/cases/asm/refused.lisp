;; error: E0115 @ 16:3
;; error: E0115 @ 17:3
;; error: E0115 @ 18:3
;; error: E0115 @ 19:3
;; error: E0115 @ 20:3
;; error: E0115 @ 21:3
;; error: E0203 @ 22:8
;; error: E0203 @ 23:19
;; error: E0109 @ 24:8
;; error: E0102 @ 25:3

; What a raw instruction may not be.

(defprog raw (:type :cgroup-skb :section "cgroup_skb/egress")
  ;; a jump, a return, a call of a function, a helper that is none, r10, r11
  (asm #x05 0 0 1 0)
  (asm #x95 0 0 0 0)
  (asm #x85 0 1 0 3)
  (asm #x85 0 0 0 9999)
  (asm #xb7 10 0 0 1)
  (asm #xb7 11 0 0 1)
  (asm 300 0 0 0 1)
  (asm #xb7 0 0 0 #x100000000)
  (asm (ktime-get-ns) 0 0 0 0)
  (asm #xb7 0 0)
  1)
