;; error: E0201 @ 5:48
; Pointers to what is the kernel's are moved by constants alone.
(import-kernel-struct task_struct tgid pid real_parent)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((task (get-current-task-btf)) (parent (+ (task-struct-real-parent task) (ctx len))))
    (if (= (task-struct-pid parent) 1) 0 1)))
