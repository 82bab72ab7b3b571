;; How long system calls take: a histogram of powers of two, in nanoseconds, and the longest.
;; Set `watched` to a process id to see only that process; 0 is all of them.

(defvar watched u32 0 :section :data)
(defvar longest u64)

(defmap started :type :hash :key u64 :value u64 :max-entries 16384)
;; At index n the calls that took 2^n nanoseconds and more, but less than 2^(n+1).
(defmap latency :type :array :key u32 :value u64 :max-entries 64)

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
      (histogram-log2 latency took)
      (when (> took longest) (setf longest took)))
    (map-delete started id))
  0)
