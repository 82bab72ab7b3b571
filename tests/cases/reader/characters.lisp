;; emit datum

#\a #\A #\space #\newline #\( #\) #\; #\" #\0
