;; kernel-only
;; perfmon: sealed
; A timer is set up with its map, also where that is one of many.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)
(defmap all :type :array-of-maps :max-entries 8 :inner entries)

(defun set-up ((m (map entries)) (e (ptr entry)))
  (timer-init (entry-timer e) m CLOCK_MONOTONIC))

(defprog held (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((one (map-lookup all 0)))
    (when-let ((e (map-lookup one 0)))
      (timer-init (entry-timer e) one CLOCK_MONOTONIC)))
  (when-let ((e (or (map-lookup entries 0) (map-lookup entries 1))))
    (timer-init (entry-timer e) entries CLOCK_MONOTONIC))
  (when-let ((e (map-lookup entries 2)))
    (set-up entries e))
  1)
