;; error: E0408 @ 12:5
;; error: E0408 @ 14:5
;; error: E0408 @ 15:5
;; error: E0408 @ 16:5
;; error: E0408 @ 17:14
;; error: E0408 @ 18:5
; The bytes of a lock and of a timer in a map's value are left to helpers.
(defstruct entry (n u64) (timer bpf-timer) (lock bpf-spin-lock) (z u32))
(defmap entries :type :hash :key u32 :value entry :max-entries 4)
(defprog p (:type :xdp)
  (when-let ((a (map-lookup entries 1)) (b (map-lookup entries 2)))
    (memcpy a b (sizeof entry))
    (memcpy a b 8)
    (zero a)
    (memset a 8 0 1)
    (load u32 a 24)
    (let ((c (copy-entry a))) (setf (entry-n b) (entry-n c)))
    (map-update entries 3 a)
    (setf (entry-z a) (entry-z b)))
  (let ((own (make-entry :n 4))) (zero own) (map-update entries 3 own))
  XDP_PASS)
