;; error: E0310 @ 5:6
; A function that sleeps is for programs that may, whichever was first.
(defun fetch ((from u64))
  (let ((n u64 0))
    (copy-from-user (stack-addr n) 8 from)
    n))
(defprog may (:section "uprobe.s")
  (u32 (fetch 4096)))
(defprog may-not (:section "uprobe")
  (u32 (fetch 4096)))
