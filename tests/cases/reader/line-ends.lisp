;; emit datum

(a
 b)
; comment
c
