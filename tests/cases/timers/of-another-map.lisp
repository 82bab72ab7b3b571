;; error: E0408 @ 13:5
;; error: E0408 @ 17:5
;; error: E0408 @ 23:9
;; error: E0408 @ 28:7
; A timer is set up with the map that it is in.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)
(defmap others :type :hash :key u32 :value entry :max-entries 16)
(defmap all :type :array-of-maps :max-entries 8 :inner entries)

(defprog direct (:type :tc)
  (when-let ((e (map-lookup entries 0)))
    (timer-init (entry-timer e) others CLOCK_MONOTONIC))
  TC_ACT_OK)
(defprog joined (:type :tc)
  (when-let ((e (or (map-lookup entries 0) (map-lookup others 0))))
    (timer-init (entry-timer e) entries CLOCK_MONOTONIC))
  TC_ACT_OK)
(defprog held (:type :tc)
  (when-let ((one (map-lookup all 0)))
    (when-let ((two (map-lookup all 1)))
      (when-let ((e (map-lookup one 0)))
        (timer-init (entry-timer e) two CLOCK_MONOTONIC))))
  TC_ACT_OK)
(defprog like (:type :tc)
  (when-let ((one (map-lookup all 0)))
    (when-let ((e (map-lookup one 0)))
      (timer-init (entry-timer e) entries CLOCK_MONOTONIC)))
  TC_ACT_OK)
