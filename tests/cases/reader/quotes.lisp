;; emit datum

'x `x ,x ,@x #'f
'(a b) `(a ,b ,@c) #(1 2 (3)) #()
''x `(,'a) #'(lambda (x) x)
