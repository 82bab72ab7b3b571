;; error: E0306 @ 10:8
;; error: E0306 @ 11:8
;; error: E0307 @ 12:3
;; error: E0307 @ 13:3
;; error: E0401 @ 16:3

; Arguments have the names and types that the kernel's BTF gives them.
(import-kernel-struct task-struct tgid)
(defprog a (:section "tp_btf/sched_switch")
  (ctx nxet)
  (ctx retval)
  (ctx u64 4)
  (ctx u64 32)
  0)
(defprog b (:section "iter/task")
  (task-struct-tgid (ctx task))
  0)
