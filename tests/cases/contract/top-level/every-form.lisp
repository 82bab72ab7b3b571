; Constants by the evaluator, enums that count on, headers in host order, symbol macros, functions with docstrings, globals of each section.
;; run: packet[0]=#(0x12 0x34 0x56 0x78 9 0xff 1 2) -> ret 1, o[0]=0x1234, o[1]=0x5678, o[2]=9, o[3]=24, o[4]=6, o[5]=12, o[6]=0x3412, o[7]=55, o[8]=77, o[9]=0, counter=3, o[10]=0xff, o[11]=99, o[12]=3, o[13]=8
;; perfmon: loop
(eval-when (:compile-toplevel) (defun sum-to (n) (loop for i from 1 to n sum i)))
(defconstant +sum+ (sum-to 10) "Fifty-five.")
(defconstant +double+ (* 2 (length '(1 2 3)) (if (> +sum+ 5) 2 1)))
(defenum kind (first (sum-to 3)) second (third (* 2 +double+)) fourth (low -1))
(defheader wire (port :offset 0 :type u16 :net-order t) (id :offset 2 :type u16 :net-order t) (flags :offset 4 :type u8) (signed :offset 5 :type i8) (raw :offset 0 :type u16))
(defvar counter u32)
(defglobal started u64 (+ 70 (- second 0)))
(defvar limits (array u16 3) :section :bss)
(defvar tuned u64 99 :section :rodata)
(defvar signed i8 -1 :section :data)
(define-symbol-macro one-more (incf counter))
(defmap o :type :array :key u32 :value u64 :max-entries (+ (sum-to 5) 1))
(defun helped ((x u64) (y u8)) :returns u32 :inline t "Documented." (setf (aref limits 1) y) (u32 (+ x y)))
(defun narrow ((x u64)) :returns u8 x)
(defun nothing ((x u64)) (setf (getmap o 11) x))
(defun early ((p (ptr u32)) (x u32)) :returns u32 (dotimes (i 3) (when (= x i) (return (* x 3)))) (deref p))
(defprog p (:section "cgroup_skb/egress" :license "GPL")
  "What it does."
  (with-packet (data end :min-len 8)
    (setf (getmap o 0) (wire-port data) (getmap o 1) (wire-id data) (getmap o 2) (wire-flags data)
          (getmap o 3) third (getmap o 4) first (getmap o 5) +double+ (getmap o 6) (wire-raw data) (getmap o 7) +sum+
          (getmap o 8) started)
    (when (and (= (wire-signed data) -1) (= low -1) (= fourth 25)) one-more one-more)
    one-more
    (setf (getmap o 9) (aref limits 0) (getmap o 10) (u8 signed))
    (nothing tuned)
    (let ((v u32 8))
      (setf (getmap o 12) (early (stack-addr v) 1) (getmap o 13) (early (stack-addr v) 7))
      (when (/= (+ (helped 1 2) (narrow #x1ff) (aref limits 1)) (+ 3 255 2)) (return 0))))
  1)
