;; A record for each program that is started, through a ring buffer: who started it, what it is called,
;; and the file. `watched` set to a process id keeps only what its children start; 0 is everything.

(deftracepoint sched/sched_process_exec filename)
(import-kernel-struct task_struct tgid (real_parent tgid))

(defstruct execution
  (pid u32)
  (parent u32)
  (uid u32)
  (comm (array u8 16))
  (file (array u8 64)))

(defmap executions :type :ringbuf :max-entries 65536)
(defvar watched u32 0 :section :data)
(defvar lost u64)

(defprog started (:section "tracepoint/sched/sched_process_exec")
  (let* ((task (get-current-task-btf))
         (parent (u32 (task-struct-real-parent-tgid task))))
    (unless (or (= watched 0) (= watched parent)) (return 0))
    (unless (with-ringbuf (e executions execution)
              (setf (execution-pid e) (u32 (task-struct-tgid task))
                    (execution-parent e) parent
                    (execution-uid e) (u32 (get-current-uid-gid)))
              (get-current-comm (execution-comm-ptr e))
              (probe-read-kernel-str (execution-file-ptr e) 64 (tp-filename)))
      (incf lost)))
  0)
