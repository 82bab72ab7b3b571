;; How long tasks wait for a CPU: from when they are woken up until they run, as a histogram of powers of
;; two that is printed at the end. Program and report in one file.
;;
;;   bpfl run run-queue.lisp
;;
;; The environment variable SECONDS says how long it looks; PROCESS names a process id to see only that.

(import-kernel-struct task_struct pid tgid)

(defvar watched u32 0 :section :rodata)   ; a process id; 0 is all of them

(defmap woken :type :hash :key u32 :value u64 :max-entries 16384)
;; At index n the waits of 2^n nanoseconds and more, but less than 2^(n+1).
(defmap waits :type :array :key u32 :value u64 :max-entries 64)

(defmacro remember (task)
  `(let ((pid (u32 (task-struct-pid ,task))))
     (when (or (= watched 0) (= watched (u32 (task-struct-tgid ,task))))
       (setf (getmap woken pid) (ktime-get-ns)))))

(defprog wakeup (:section "tp_btf/sched_wakeup")
  (remember (ctx p))
  0)

(defprog wakeup-new (:section "tp_btf/sched_wakeup_new")
  (remember (ctx p))
  0)

;; `next` gets the CPU.
(defprog switch (:section "tp_btf/sched_switch")
  (let* ((pid (u32 (task-struct-pid (ctx next))))
         (since (map-lookup woken pid)))
    (when since
      (histogram-log2 waits (- (ktime-get-ns) (deref since)))
      (map-delete woken pid)))
  0)

;; ---- the report ----

(defun time-text (ns)
  (cond ((< ns 1000) (format nil "~d ns" ns))
        ((< ns 1000000) (format nil "~d us" (floor ns 1000)))
        (t (format nil "~d ms" (floor ns 1000000)))))

(defun stars (n most)
  (let ((width (floor (* 40 n) most)))
    (apply #'concatenate 'string
           (loop for i from 0 below 40 collect (if (< i width) "*" " ")))))

;; A line for each bucket from the first to the last that has something.
(defun print-histogram (counts)
  (let* ((used (loop for n from 0 below 64 when (> (nth n counts) 0) collect n))
         (most (reduce #'max counts)))
    (if (null used)
        (format t "nothing waited~%")
        (loop for n from (first used) to (car (last used))
              for count = (nth n counts)
              do (format t "~10@a |~a| ~d~%" (time-text (expt 2 n)) (stars count most) count)))))

(with-bpf-session ()
  (when (getenv "PROCESS")
    (setf (bpf:global waits "watched") (parse-integer (getenv "PROCESS"))))
  (dolist (program (list wakeup wakeup-new switch))
    (bpf:attach program))
  (sleep (parse-integer (or (getenv "SECONDS") "5")))
  (print-histogram (loop for n from 0 below 64 collect (bpf:map-lookup waits n))))
