;; error: E0005 @ 5:4
;; error: E0005 @ 5:8
;; emit datum

(a #@b #zap)
