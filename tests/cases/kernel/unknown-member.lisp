;; error: E0306 @ 7:35
;; error: E0306 @ 8:16
;; error: E0306 @ 8:24
;; error: E0306 @ 9:10
;; error: E0306 @ 9:15
;; error: E0204 @ 10:3
(import-kernel-struct task_struct tggid
  (real_parent tgidd) (tgid nothing)
  (usage on) (stack deeper)
  made_up)
