;; error: E0112 @ 14:5
;; error: E0112 @ 17:3
;; error: E0112 @ 18:3
;; error: E0112 @ 22:5
;; error: E0112 @ 23:5
; What is only read stays so, whatever it is joined with, and whoever is given it.
(defstruct cnt (n u64) (m u64))
(defvar g cnt :section :rodata)
(defun set7 ((p (ptr cnt))) (setf (cnt-n p) 7) 0)
(defun pass-on ((p (ptr cnt))) (set7 p))
(defun sum ((p (ptr cnt))) :returns u64 (+ (cnt-n p) (cnt-m p)))
(defprog stored (:type :xdp)
  (let* ((l (make-cnt)) (q (if (= (ctx rx-queue-index) 1) g l)))
    (setf (cnt-n q) 7)
    1))
(defprog in-functions (:type :xdp)
  (set7 g)
  (pass-on g)
  (u32 (sum g)))
(defprog by-helpers (:type :xdp)
  (let* ((l (make-cnt)) (q (if (= (ctx rx-queue-index) 1) g l)))
    (get-current-comm g 16)
    (get-current-comm q 16)
    1))
