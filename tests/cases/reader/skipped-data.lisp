;; emit datum

(a #; b c)
#;(all of (this)) d
(e #;#; f g h)
(i #;'j k)
#; #| comment |# l m
(n #;o)
