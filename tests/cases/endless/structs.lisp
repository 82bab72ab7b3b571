;; error: E0204 @ 6:35
;; error: E0204 @ 9:16

; A struct that contains itself has no size; one that is defined later has one. An address of its own
; kind is fine.
(defstruct node (value u32) (next node))
(defstruct first (s second))
(defstruct second (n u32))
(defunion u (u u))
(defstruct list (value u32) (next (ptr list)))
