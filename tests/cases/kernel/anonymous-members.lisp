;; emit hir
;; perfmon: helper
; Members of anonymous structs are their parent's; a typedef is what it stands for.

(import-kernel-struct task_struct on_cpu (usage refs counter))
(defprog p (:type :sched-cls :section "classifier")
  (let ((task (get-current-task-btf)))
    (if (= (task-struct-on-cpu task) (task-struct-usage-refs-counter task)) 1 0)))
