;; error: E0003 @ 5:1
;; emit datum

(a)
#| never #| closed |#
(b)
