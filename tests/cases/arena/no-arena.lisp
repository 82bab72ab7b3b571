; Pointers in memory lead into an arena, which a file may lack.
;; error: E0204 @ 6:14
;; error: E0107 @ 8:17
;; error: E0107 @ 9:22
(defstruct node (value u64) (next (ptr node)))
(defvar head (ptr node))
(defprog p (:type :syscall)
  (when-let ((p (arena-ptr node 4096))) (node-value p))
  (arena-alloc-pages heap 1)
  0)
