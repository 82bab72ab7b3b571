;; error: E0007 @ 5:1
;; emit datum

(a)
'
