;; error: E0005 @ 8:4
;; error: E0005 @ 9:4
;; error: E0005 @ 10:4
;; error: E0005 @ 11:4
;; error: E0005 @ 12:4
;; emit datum

(a #b102)
(b #o18)
(c #xfg)
(d 0x)
(e #x)
(f 1)
