; The kernel's variables by name: structs through pointers, numbers by their values, each CPU's own, and addresses.
;; emit asm
;; compile-only
(import-kernel-struct rq nr_running clock)
(import-kernel-struct task_struct pid)
(defksym runqueues rq :percpu t)
(defksym cpu-number i32 "The number of the CPU." :percpu t)
(defksym init-task task_struct)
(defksym boot-count u32)
(defksym tcp_v4_rcv)
(defmap out :type :array :key u32 :value u64 :max-entries 8)

(defprog p (:section "raw_tp/sys_enter")
  (let ((mine (this-cpu-ptr runqueues)) (of (per-cpu-ptr runqueues 3)))
    (setf (getmap out 0) (rq-nr-running mine))
    (when of (setf (getmap out 1) (rq-clock of)))
    (setf (getmap out 2) (u64 (deref (this-cpu-ptr cpu-number))))
    (when-let ((n (per-cpu-ptr cpu-number 1))) (setf (getmap out 3) (u64 (deref n))))
    (setf (getmap out 4) (u64 (task-struct-pid init-task)))
    (setf (getmap out 5) boot-count)
    (setf (getmap out 6) tcp-v4-rcv)
    0))
