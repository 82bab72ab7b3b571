;; kernel-only
;; perfmon: type
; The same maps in programs that may have them.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap queue :type :queue :value u32 :max-entries 16)
(defmap hashes :type :lru-percpu-hash :key u32 :value u64 :max-entries 16)
(defstruct network (length u32) (address u32))
(defmap networks :type :lpm-trie :key network :value u64 :max-entries 16)
(defmap events :type :perf-event-array)
(defmap entries :type :hash :key u32 :value entry :max-entries 16)

(defprog sleeper (:section "uprobe.s")
  (let ((v u32 7)) (map-push queue v))
  (incf (getmap hashes 3))
  0)
(defprog sent (:type :kprobe :section "uprobe")
  (let ((key (make-network :length 32))) (incf (getmap networks key)))
  (let ((n u64 1)) (perf-event-output (ctx-ptr) events BPF_F_CURRENT_CPU (stack-addr n) 8))
  0)
(defprog filter (:type :socket-filter)
  (when-let ((e (map-lookup entries 0)))
    (incf (entry-ticks e)))
  0)
