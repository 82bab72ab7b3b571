;; error: E0203 @ 15:47
;; error: E0203 @ 16:12
;; error: E0203 @ 17:42
;; error: E0204 @ 18:30
;; error: E0203 @ 22:26
;; error: E0203 @ 23:53
;; error: E0102 @ 27:11
;; error: E0203 @ 32:5
;; error: E0203 @ 33:17
;; error: E0203 @ 34:17
;; error: E0203 @ 35:14
;; error: E0501 @ 36:15
;; error: E0203 @ 37:29
; Types and what one form works on have limits, which are told at once: nothing counts the bytes one by one.
(defstruct huge (a (array (array u64 1000000) 1000)))
(defstruct whole (a (array u8 60000000)) (b (array u8 60000000)))
(defstruct flags (a (array u8 3000000)) (low (bits u32 3)))
(defstruct none (a (array u8 0)))
(defstruct page (a (array u64 1024)))
(defmap pages :type :array :key u32 :value page :max-entries 2)
(defmap events :type :ringbuf :max-entries 65536)
(defvar table (array u64 100000000))
(defmap wide :type :array :key u32 :value (array u8 1351287646272103) :max-entries 1)

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
