;; emit datum

(a #; b c)
#;(all of (this)) d
(e #;#; f g h)
(i #;'j k)
#; #| comment |# l m
(n #;o)
#;#;(p q) r (s #;#;t #;u v w)
(v #;#;#;w x y z)
