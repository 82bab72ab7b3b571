;; error: E0007 @ 7:1
;; error: E0007 @ 8:2
;; error: E0007 @ 9:5
;; error: E0007 @ 10:8
;; emit datum

.
(. a)
(a .)
(a . b c)
(fine)
