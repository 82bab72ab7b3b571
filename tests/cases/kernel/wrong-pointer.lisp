;; error: E0201 @ 9:30
;; error: E0201 @ 10:12
;; error: E0402 @ 11:49
;; error: E0112 @ 12:11
;; error: E0102 @ 13:5

(import-kernel-struct task_struct tgid comm)
(defprog p (:type :sched-cls :section "classifier")
  (let ((a (task-struct-tgid (ctx-ptr)))
        (b (task-struct-comm (get-current-task)))
        (c (task-struct-comm (get-current-task) 16)))
    (setf (task-struct-tgid (get-current-task)) 1)
    (task-struct-tgid)
    0))
