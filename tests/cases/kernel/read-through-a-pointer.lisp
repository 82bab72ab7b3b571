; Loads through a BTF pointer: an instruction a hop.
;; run: -> ret 1
;; not-in-vm
;; emit asm
;; perfmon: helper

(import-kernel-struct task_struct
  tgid pid comm (se sum_exec_runtime) real_parent (real_parent tgid) in_execve)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((task (get-current-task-btf))
         (parent (task-struct-real-parent task))
         (ids (get-current-pid-tgid))
         (ok u32 0))
    (when (= (u64 (task-struct-tgid task)) (>> ids 32)) (incf ok))
    (when (= (u64 (task-struct-pid task)) (logand ids #xffffffff)) (incf ok 2))
    (when (> (task-struct-se-sum-exec-runtime task) 0) (incf ok 4))
    (when (/= (task-struct-comm task 0) 0) (incf ok 8))
    (when (= (task-struct-tgid parent) (task-struct-real-parent-tgid task)) (incf ok 16))
    (when (/= (task-struct-in-execve task) 0) (incf ok 32))
    (if (= ok 31) 1 0)))
