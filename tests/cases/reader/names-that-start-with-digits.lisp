;; emit datum

1+ 1- 5tuple 2x4
