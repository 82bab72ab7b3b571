;; error: E0203 @ 14:47
;; error: E0203 @ 15:12
;; error: E0203 @ 16:42
;; error: E0204 @ 17:30
;; error: E0203 @ 21:26
;; error: E0102 @ 25:11
;; error: E0203 @ 30:5
;; error: E0203 @ 31:17
;; error: E0203 @ 32:17
;; error: E0203 @ 33:14
;; error: E0501 @ 34:15
;; error: E0203 @ 35:29
; Types and what one form works on have limits, which are told at once: nothing counts the bytes one by one.
(defstruct huge (a (array (array u64 1000000) 1000)))
(defstruct whole (a (array u8 60000000)) (b (array u8 60000000)))
(defstruct flags (a (array u8 3000000)) (low (bits u32 3)))
(defstruct none (a (array u8 0)))
(defstruct page (a (array u64 1024)))
(defmap pages :type :array :key u32 :value page :max-entries 2)
(defmap events :type :ringbuf :max-entries 65536)
(defvar table (array u64 100000000))

(defprog uses (:section "xdp")
  (let ((one (make-huge)) (other (make-whole)))
    (setf (aref (huge-a one) 1 2) 3))
  2)

(defprog works (:section "xdp")
  (when-let ((p (map-lookup pages 0)) (q (map-lookup pages 1)))
    (zero p)
    (memcpy p q (sizeof page))
    (memset p 0 -1)
    (when (= (memcmp p q) 0) (return 1)))
  (let ((copy (make-page)))
    (with-ringbuf (e events 32769)))
  2)
