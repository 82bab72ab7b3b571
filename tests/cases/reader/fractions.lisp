;; error: E0005 @ 5:1
;; error: E0005 @ 6:1
;; emit datum

1.5
-0.25
