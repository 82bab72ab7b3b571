; Reads with `probe-read-kernel`, at the offsets that the loader finds in the running kernel.
;; run: -> ret 1
;; not-in-vm
;; perfmon: helper

(import-kernel-struct task_struct
  tgid pid flags comm (se sum_exec_runtime) (real_parent tgid) (real_parent real_parent pid) in_execve)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((task (get-current-task))
        (ids (get-current-pid-tgid))
        (ok u32 0))
    (when (= (u64 (task-struct-tgid task)) (>> ids 32)) (incf ok))
    (when (= (u64 (task-struct-pid task)) (logand ids #xffffffff)) (incf ok 2))
    (when (> (task-struct-se-sum-exec-runtime task) 0) (incf ok 4))
    (when (/= (task-struct-comm task 0) 0) (incf ok 8))
    (when (> (task-struct-real-parent-tgid task) 0) (incf ok 16))
    (when (/= (task-struct-in-execve task) 0) (incf ok 32))
    (if (= ok 31) 1 0)))
