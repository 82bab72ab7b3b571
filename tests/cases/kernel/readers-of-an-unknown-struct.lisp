;; error: E0204 @ 5:23
;; error: E0101 @ 8:9
; What a struct's readers would be is not reported beside the struct; what has another name is.

(import-kernel-struct task_strukt tgid (real_parent tgid))
(defprog p (:section "raw_tp/sched_switch")
  (+ (task-strukt-tgid (get-current-task-btf)) (task-strukt-real-parent-tgid (get-current-task-btf)))
  (u32 (task-struct-tgid (get-current-task-btf))))
