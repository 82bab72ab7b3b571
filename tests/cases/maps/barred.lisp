;; error: E0312 @ 23:49
;; error: E0312 @ 26:26
;; error: E0312 @ 30:9
;; error: E0312 @ 32:30
;; error: E0312 @ 35:17
;; error: E0312 @ 39:17
;; error: E0312 @ 43:17
;; error: E0312 @ 51:3
; Maps that programs of some kinds may not even name.
(defstruct counter (lock bpf-spin-lock) (n u64))
(defstruct entry (ticks u64) (timer bpf-timer))
(defstruct job (times u64) (work bpf-wq))
(defstruct network (length u32) (address u32))
(defmap events :type :perf-event-array)
(defmap stacks :type :stack-trace :value-size 1016 :max-entries 16)
(defmap networks :type :lpm-trie :key network :value u64 :max-entries 16)
(defmap seen :type :bloom-filter :value u32 :max-entries 16)
(defmap counters :type :array :key u32 :value counter :max-entries 1)
(defmap entries :type :hash :key u32 :value entry :max-entries 16)
(defmap jobs :type :hash :key u32 :value job :max-entries 16)

(defprog send (:type :kprobe :section "uprobe.s")
  (let ((n u64 1)) (perf-event-output (ctx-ptr) events BPF_F_CURRENT_CPU (stack-addr n) 8))
  0)
(defprog where (:type :kprobe :section "uprobe.multi.s")
  (get-stackid (ctx-ptr) stacks 0)
  0)
(defun covered ((address u32))
  (let ((key (make-network :length 32 :address address)))
    (if (map-lookup networks key) 1 0)))
(defprog ask (:type :syscall)
  (let ((v u32 7)) (map-peek seen (stack-addr v)))
  (covered 7))
(defprog locked (:type :kprobe :section "kprobe/do_unlinkat")
  (when-let ((c (map-lookup counters 0)))
    (incf (counter-n c)))
  0)
(defprog filter (:type :socket-filter)
  (when-let ((c (map-lookup counters 0)))
    (incf (counter-n c)))
  0)
(defun count-it ((k u32))
  (when-let ((e (map-lookup entries k)))
    (incf (entry-ticks e)))
  0)
(defprog traced (:type :tracepoint :section "tracepoint/sched/sched_switch")
  (count-it 1))
(defprog sampled (:type :perf-event)
  (count-it 2))
(defprog raw (:type :raw-tracepoint :section "raw_tp/sched_switch")
  (map-delete jobs 1)
  0)
