; What the kernel's BTF does not have, or has otherwise, and what programs cannot do with it.
;; error: E0321 @ 13:10
;; error: E0321 @ 14:10
;; error: E0321 @ 15:10
;; error: E0321 @ 16:10
;; error: E0321 @ 17:10
;; error: E0204 @ 19:17
;; error: E0108 @ 20:23
;; error: E0112 @ 23:9
;; error: E0201 @ 24:16
;; error: E0201 @ 25:17
(import-kernel-struct rq nr_running)
(defksym runqueue rq :percpu t)
(defksym cpu-number u64 :percpu t)
(defksym runqueues rq)
(defksym init-task rq)
(defksym table u64)
(defksym boot-count u32)
(defksym nobody struct-of-nobody)
(defksym each :percpu t)

(defprog p (:section "raw_tp/sys_enter")
  (setf boot-count 1)
  (per-cpu-ptr boot-count 0)
  (this-cpu-ptr 5)
  0)
