;; emit datum

nil t () NIL T
