;; error: E0409 @ 14:20
;; error: E0409 @ 18:20

; A function of the kernel's is given what the kernel vouches for.
(import-kernel-struct task_struct real_parent (real_parent tgid))
(defkfunc bpf_task_acquire ((p (ptr task_struct))) :returns (ptr task_struct))
(defkfunc bpf_task_release ((p (ptr task_struct))))

(defprog good (:section "tp_btf/sched_switch")
  (when-let ((held (bpf-task-acquire (ctx next))))
    (bpf-task-release held))
  0)
(defprog a (:section "tp_btf/sched_switch")
  (when-let ((held (bpf-task-acquire (task-struct-real-parent (ctx next))))) (bpf-task-release held))
  0)
(defprog b (:section "iter/task")
  (when-let ((task (ctx task)))
  (when-let ((held (bpf-task-acquire (task-struct-real-parent task)))) (bpf-task-release held)))
  0)
