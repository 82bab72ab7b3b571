;; error: E0203 @ 18:14
;; error: E0203 @ 20:28
;; error: E0203 @ 21:24
;; error: E0203 @ 22:24
;; error: E0203 @ 23:21
;; error: E0203 @ 24:24
;; error: E0203 @ 25:13
;; error: E0203 @ 26:32
;; error: E0203 @ 27:34
;; error: E0203 @ 28:21
;; error: E0203 @ 31:17
;; error: E0203 @ 31:47
; A constant must fit where it goes, whoever defined it, and is pointed at where it is used.
(defenum size (small 255) big)
(defconstant +less+ -129)
(defstruct s (narrow u8) (signed i8) (low (bits u32 3)))
(defmap m :type :hash :key u8 :value i8 :max-entries big)
(defvar g u8 big)
(defprog p (:section "cgroup_skb/egress")
  (let ((s (make-s :narrow big)) (x u8 small) (y u16 ETH_P_IPV6))
    (setf (s-signed s) +less+)
    (setf (s-signed s) big)
    (setf (getmap m big) 1)
    (setf (getmap m 1) +less+)
    (setf x ETH_P_IP)
    (store u8 (s-narrow-ptr s) big)
    (store i8 (s-narrow-ptr s) 0 +less+)
    (setf (s-low s) 8)
    (when (or (= x big) (< y #x10000) (= (s-signed s) 256)) (return 0))
    (case x ((1 big) (return 0)) (+less+ (return 1)))
    (let ((z u8 big)) (setf (ctx mark) (+ (u8 +less+) z))))
  1)
