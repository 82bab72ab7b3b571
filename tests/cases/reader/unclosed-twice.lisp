;; error: E0003 @ 5:1
;; error: E0003 @ 8:1
;; emit datum

(a (b

(fine)
(c "string")  (d
(also fine)
