;; error: E0321 @ 13:11
;; error: E0321 @ 14:11
;; error: E0321 @ 15:11
;; error: E0204 @ 16:36
;; error: E0102 @ 19:3
;; error: E0201 @ 20:21
;; error: E0405 @ 23:3
;; error: E0401 @ 26:3

; Functions of the kernel's are those that programs may call, with the prototype that they have.
(defkfunc bpf_task_from_pid ((pid i32)) :returns (ptr task_struct))
(defkfunc bpf_task_release ((p (ptr task_struct))))
(defkfunc bpf_task_from_pdi ((pid i32)) :returns (ptr task_struct))
(defkfunc tcp_connect ((sk (ptr sock))) :returns i32)
(defkfunc bpf_task_acquire ((p u32)) :returns (ptr task_struct))
(defkfunc bpf_task_get ((task (ptr task_strct))))

(defprog a (:type :syscall)
  (bpf-task-from-pid)
  (bpf-task-release 7)
  0)
(defprog b (:type :syscall)
  (bpf-task-from-pid 1)
  0)
(defprog c (:type :syscall)
  (bpf-task-release (bpf-task-from-pid 1))
  0)
