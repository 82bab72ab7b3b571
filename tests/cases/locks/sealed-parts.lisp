;; error: E0302 @ 9:52
;; error: E0302 @ 10:67
;; error: E0205 @ 15:41
;; error: E0205 @ 16:3
; Locks and timers are for helpers, in those kinds of maps that may have them; bit-fields have no atomics.
(defstruct entry (n u64) (timer bpf-timer) (lock bpf-spin-lock) (z u32))
(defstruct small (a (bits u32 3)) (b (bits u32 9)) (c u32))
(defmap entries :type :hash :key u32 :value entry :max-entries 4)
(defmap counted :type :percpu-hash :key u32 :value entry :max-entries 4)
(defmap nested :type :hash-of-maps :key u32 :max-entries 8 :inner nested)
(defmap smalls :type :hash :key u32 :value small :max-entries 4)
(defvar one small)
(defprog p (:type :xdp)
  (when-let ((a (map-lookup counted 1))) (timer-init (entry-timer a) entries 0))
  (when-let ((a (map-lookup smalls 1))) (incf (small-a a)) (setf (small-a a) (+ (small-a a) 1)))
  (incf (small-b one))
  (let ((own (make-small))) (incf (small-b own)))
  XDP_PASS)
