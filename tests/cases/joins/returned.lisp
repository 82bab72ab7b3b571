;; error: E0201 @ 8:5
;; error: E0201 @ 10:58
; A function gives back no pointer that may be to its stack.
(defstruct cnt (n u64))
(defvar g cnt)
(defun fresh ((a u64)) :returns (ptr cnt)
  (let ((l (make-cnt)))
    (if a g l)))
(defun passed ((a (ptr cnt))) :returns (ptr cnt) (if (= (cnt-n a) 1) a g))
(defun inside ((a u64) (l (ptr cnt))) :returns (ptr cnt) (if a g l) )
(defprog p (:type :xdp)
  (let ((l (make-cnt)))
    (u32 (+ (cnt-n (fresh 1)) (cnt-n (passed g)) (cnt-n (inside 1 l))))))
