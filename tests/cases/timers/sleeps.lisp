;; error: E0310 @ 11:6
;; error: E0310 @ 15:6
;; error: E0310 @ 20:4
; What a timer calls may not sleep, also where the program may.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)
(defmap heap :type :arena :max-entries 100)

(defun fetch ((from u64))
  (let ((n u64 0))
    (copy-from-user (stack-addr n) 8 from)
    n))
(defun direct ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (let ((n u64 0))
    (copy-from-user (stack-addr n) 8 (entry-ticks e))
    (setf (entry-ticks e) n)))
(defun through ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (setf (entry-ticks e) (fetch (entry-ticks e))))
(defun pages ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (arena-alloc-pages heap 1))

(defprog start (:type :syscall)
  (when-let ((e (map-lookup entries 0)))
    (setf (entry-ticks e) (fetch (entry-ticks e)))
    (timer-set-callback (entry-timer e) #'direct)
    (timer-set-callback (entry-timer e) #'through)
    (timer-set-callback (entry-timer e) #'pages))
  0)
