;; kernel-only
;; perfmon: sealed
; A timer in a map's value calls a function with the map, the key and the value.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)

(defun tick ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (incf (entry-ticks e))
  (when (< (deref k) 3)
    (timer-start (entry-timer e) 1000000 0)
    (when-let ((other (map-lookup m 7))) (incf (entry-ticks other)))))

(defun stop-it ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (setf (entry-ticks e) (deref k)))

(defprog start (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((e (map-lookup entries 0)))
    (timer-init (entry-timer e) entries CLOCK_MONOTONIC)
    (timer-set-callback (entry-timer e) #'tick)
    (timer-set-callback (entry-timer e) 'stop-it)
    (timer-start (entry-timer e) 1000000 0)
    (timer-cancel (entry-timer e)))
  1)
