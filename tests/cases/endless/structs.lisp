;; error: E0204 @ 7:35
;; error: E0204 @ 8:21
;; error: E0204 @ 10:16

; A struct that contains itself has no size; one that is defined later is not known yet. An address of its
; own kind is fine.
(defstruct node (value u32) (next node))
(defstruct first (s second))
(defstruct second (n u32))
(defunion u (u u))
(defstruct list (value u32) (next (ptr list)))
