;; emit datum

; one
a ; two ( " #|
;; three
b
