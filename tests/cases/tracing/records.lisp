;; error: E0322 @ 9:16
;; error: E0322 @ 10:16
;; error: E0306 @ 11:36
;; error: E0307 @ 15:3
;; error: E0102 @ 18:3

; The record of a tracepoint is the kernel's, and is what programs of tracepoints get.
(deftracepoint sched/sched_switch prev_pid)
(deftracepoint sched/sched_swich prev_pid)
(deftracepoint sched/sched_wakeup pid)
(deftracepoint sched/sched_switch  prev_pdi)
(deftracepoint (sched/sched_waking :record sched_wakeup_template) pid)

(defprog a (:type :xdp)
  (tp-prev-pid)
  XDP_PASS)
(defprog b (:section "tracepoint/sched/sched_switch")
  (tp-prev-pid 1)
  0)
