;; error: E0004 @ 5:6
;; error: E0004 @ 7:1
;; emit datum

(a b))
(c d)
)
