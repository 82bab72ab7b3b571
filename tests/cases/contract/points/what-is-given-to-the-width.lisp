;; error: E0203 @ 12:15
;; error: E0203 @ 13:15
;; error: E0203 @ 14:16
;; error: E0203 @ 15:21
; (u32 -1) fits its width read as signed or unsigned, (u8 300) does not, (cast u8 300) truncates.
(defvar a u64)
(defprog p (:section "cgroup_skb/egress")
  (setf a (u32 -1))
  (setf a (u8 -128))
  (setf a (u64 (i8 255)))
  (setf a (cast u8 300))
  (setf a (u8 300))
  (setf a (u8 -129))
  (setf a (u32 #x100000000))
  (setf a (u64 (i16 65536)))
  1)
