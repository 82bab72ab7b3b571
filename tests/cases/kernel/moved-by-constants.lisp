;; error: E0201 @ 6:48
;; error: E0201 @ 10:15
; Pointers to the kernel's objects are not moved: where members begin differs from kernel to kernel.
(import-kernel-struct task_struct tgid pid real_parent)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((task (get-current-task-btf)) (parent (+ (task-struct-real-parent task) (ctx len))))
    (if (= (task-struct-pid parent) 1) 0 1)))

(defprog q (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((next (+ (get-current-task-btf) 8)))
    (if (= (task-struct-pid next) 1) 0 1)))

(defprog r (:type :cgroup-skb :section "cgroup_skb/egress")
  (if (= (task-struct-pid (+ (get-current-task-btf) 0)) 1) 0 1))
