;; How long system calls take: a histogram of powers of two, in nanoseconds, and the longest.
;; Set `watched` to a process id to see only that process; 0 is all of them.

(defvar watched u32 0 :section :data)
(defvar longest u64)

(defmap started :type :hash :key u64 :value u64 :max-entries 16384)
;; At index n the calls that took 2^n nanoseconds and more, but less than 2^(n+1).
(defmap latency :type :array :key u32 :value u64 :max-entries 64)

;; The place of the highest bit, found by halves.
(defmacro highest-bit (value)
  (let ((v (gensym)) (n (gensym)))
    `(let* ((,v ,value) (,n (u32 0)))
       ,@(mapcar (lambda (step)
                   `(when (>= ,v ,(expt 2 step))
                      (setf ,v (>> ,v ,step))
                      (incf ,n ,step)))
                 '(32 16 8 4 2 1))
       ,n)))

(defprog enter (:section "raw_tp/sys_enter")
  (let* ((id (get-current-pid-tgid))
         (process (u32 (>> id 32))))
    (when (or (= watched 0) (= watched process))
      (setf (getmap started id) (ktime-get-ns))))
  0)

(defprog leave (:section "raw_tp/sys_exit")
  (let* ((id (get-current-pid-tgid))
         (then (map-lookup started id)))
    (unless then (return 0))
    (let ((took (- (ktime-get-ns) (deref then))))
      (incf (getmap latency (highest-bit took)))
      (when (> took longest) (setf longest took)))
    (map-delete started id))
  0)
