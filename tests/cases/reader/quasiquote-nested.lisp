;; emit datum

`(a `(b ,(c ,d)))
`#(1 ,x)
