;; error: E0204 @ 12:17
;; error: E0204 @ 13:17
;; error: E0109 @ 15:21
;; error: E0105 @ 16:12
;; error: E0105 @ 17:11
;; error: E0105 @ 18:13
;; error: E0204 @ 19:47
; What contains itself has no size, however many structs are between; a name of a type is taken.
(defmap m :type :array :key u32 :value a :max-entries 4)
(defstruct a (x u32) (b b))
(defstruct b (c (array c 2)))
(defstruct c (a a))
(defstruct d (d d))
(defconstant e (+ 1 f))
(defconstant f (+ 1 e))
(defstruct s8 (x u8))
(defunion bool (x u8) (y u16))
(defstruct (U16 :packed t) (x u8))
(defstruct fine (next (ptr fine)) (other (ptr missing)))
(defprog p (:type :xdp) 2)
