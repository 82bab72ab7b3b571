;; perfmon: type
(in-package #:whistler-user)
(deftracepoint sched/sched_switch prev_pid)
(defmap switches :type :percpu-hash :key-size 4 :value-size 8 :max-entries 10240)
(defprog on-switch (:type :tracepoint :section "tracepoint/sched/sched_switch" :license "GPL")
  (let ((pid u32 (tp-prev-pid)))
    (declare (type u32 pid))
    (incf (getmap switches pid)))
  0)
