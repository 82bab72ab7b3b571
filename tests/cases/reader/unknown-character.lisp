;; error: E0005 @ 4:4
;; emit datum

(a #\banana)
