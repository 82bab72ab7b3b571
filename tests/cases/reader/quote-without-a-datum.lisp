;; error: E0007 @ 7:5
;; error: E0007 @ 8:5
;; error: E0007 @ 9:5
;; error: E0007 @ 10:6
;; emit datum

(a ')
(b `)
(c ,)
(d #;)
(e)
