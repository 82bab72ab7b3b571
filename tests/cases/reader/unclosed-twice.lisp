;; error: E0003 @ 5:4
;; error: E0003 @ 8:15
;; emit datum

(a (b

(fine)
(c "string")  (d
(also fine)
