;; compile-only
; These programs trace, and may have in a map's values what others that trace may not. Two for one tracepoint share a map
; of programs.
(defstruct counter (lock bpf-spin-lock) (n u64))
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap counters :type :array :key u32 :value counter :max-entries 1)
(defmap entries :type :hash :key u32 :value entry :max-entries 16)
(defmap stages :type :prog-array :max-entries 4 :values (after))

(defprog traced (:section "tp_btf/sched_switch")
  (when-let ((c (map-lookup counters 0)))
    (with-spin-lock ((counter-lock c)) (incf (counter-n c))))
  (when-let ((e (map-lookup entries 0)))
    (incf (entry-ticks e)))
  (tail-call stages 0)
  0)
(defprog after (:section "tp_btf/sched_switch")
  0)
