;; error: E0320 @ 9:22
;; error: E0320 @ 10:22
;; error: E0320 @ 11:22
;; error: E0320 @ 12:22
;; error: E0320 @ 13:22

; What a tracing program is attached to must be the kernel's.

(defprog a (:section "fentry/tcp_conect") 0)
(defprog b (:section "tp_btf/sched_swich") 0)
(defprog c (:section "lsm/no_such_hook") 0)
(defprog d (:section "iter/taks") 0)
(defprog e (:section "fentry") 0)
