;; compile-only
; The program sleeps, in bodies that are called at once as well; what its timer calls does not.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)

(defun fetch ((from u64))
  (let ((n u64 0))
    (copy-from-user (stack-addr n) 8 from)
    n))
(defun twice ((n u64)) (* 2 n))
(defun tick ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (setf (entry-ticks e) (twice (entry-ticks e))))

(defprog start (:type :syscall)
  (let ((sum u64 0))
    (bpf-loop (i 4) (incf sum (twice (fetch i))))
    (when-let ((e (map-lookup entries 0)))
      (setf (entry-ticks e) sum)
      (timer-init (entry-timer e) entries CLOCK_MONOTONIC)
      (timer-set-callback (entry-timer e) #'tick)))
  0)
