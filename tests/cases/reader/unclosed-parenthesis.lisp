;; error: E0003 @ 4:1
;; emit datum

(a (b c)
  (d (e f))

(g h)
