;; error: E0204 @ 3:23

(import-kernel-struct task_strukt tgid)
