;; error: E0104 @ 7:18
;; error: E0104 @ 7:31
;; error: E0104 @ 8:12
;; error: E0104 @ 9:11
;; error: E0104 @ 9:31
; The kernel refuses types with names that are none in C.
(defstruct flow (ready? u32) (1st u32) (good-one u8))
(defstruct flow* (n u32))
(defunion either! (word u64) (<< u8))
(defprog p (:type :xdp) XDP_PASS)
