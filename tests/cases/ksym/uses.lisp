; A variable that each CPU has is no value, what the kernel lends is read, and may be null for a CPU that is not there.
;; error: E0111 @ 11:18
;; error: E0401 @ 15:3
;; error: E0112 @ 20:5
;; error: E0402 @ 21:5
(import-kernel-struct rq nr_running)
(defksym runqueues rq :percpu t)
(defksym cpu-number i32 :percpu t)

(defprog value (:section "raw_tp/sys_enter")
  (rq-nr-running runqueues)
  0)

(defprog untested (:section "raw_tp/sys_enter")
  (rq-nr-running (per-cpu-ptr runqueues 0))
  0)

(defprog written (:section "raw_tp/sys_enter")
  (let ((n (this-cpu-ptr cpu-number)))
    (setf (deref n) 1)
    (load u64 n)
    0))
