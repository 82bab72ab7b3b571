;; error: E0302 @ 4:40
;; error: E0204 @ 5:28
; One mistake is told once: an arena without pages, and a struct that is spelled otherwise.
(defmap heap :type :arena :max-entries 0)
(defstruct node (next (ptr nod)) (n u64))
(defprog p (:type :syscall)
  (arena-alloc-pages heap 1)
  0)
