;; emit datum

#| one |# a #| two #| nested |# still |# b
(c #| ) |# d)
#||# e #|||# f
