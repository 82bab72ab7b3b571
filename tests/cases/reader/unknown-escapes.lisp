;; error: E0005 @ 5:13
;; error: E0005 @ 6:5
;; emit datum

(a "good" "b\q")
(b "\xzz")
