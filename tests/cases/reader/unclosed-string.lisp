;; error: E0003 @ 5:4
;; emit datum

(a)
(b "never closed)
(c)
