;; compile-only

(import-kernel-struct bpf-iter-meta seq)
(import-kernel-struct task-struct pid comm)

(defprog tasks (:section "iter/task")
  (let ((seq (bpf-iter-meta-seq (ctx meta))))
    (when-let ((task (ctx task)))
      (bpf-seq-printf seq "task\n")
      (bpf-seq-printf seq "%d %s %s %d %d\n" (task-struct-pid task) (task-struct-comm-ptr task) "text" 4 5)))
  0)
