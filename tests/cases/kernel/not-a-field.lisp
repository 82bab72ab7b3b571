;; error: E0104 @ 4:35
;; error: E0104 @ 4:38

(import-kernel-struct task_struct 12 ())
