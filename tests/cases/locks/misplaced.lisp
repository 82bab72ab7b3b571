;; error: E0408 @ 12:5
;; error: E0408 @ 19:7
;; error: E0408 @ 25:5
; Locks and timers are at their places in the values of maps, and nowhere else.
(defstruct counter (lock bpf-spin-lock) (count u32) (total u64))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defstruct alarm (n u64) (timer bpf-timer))
(defmap alarms :type :array :key u32 :value alarm :max-entries 1)

(defprog moved (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)))
    (with-spin-lock ((counter-lock (+ p (ctx len))))
      (setf (counter-count p) 1)))
  1)

(defprog constant (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)))
    (let ((q (+ p 4)))
      (with-spin-lock ((counter-lock q))
        (setf (counter-count p) 1))))
  1)

(defprog timers (:type :tc)
  (when-let ((a (map-lookup alarms 0)))
    (timer-init (alarm-timer-ptr (+ a 8)) alarms 1))
  0)
