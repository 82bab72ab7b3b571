;; error: E0112 @ 18:70
;; error: E0201 @ 22:18
;; error: E0201 @ 23:18
;; error: E0201 @ 24:41
;; error: E0201 @ 25:41
;; error: E0201 @ 26:41
;; error: E0201 @ 27:41
;; error: E0201 @ 28:41
;; error: E0107 @ 29:33
;; error: E0114 @ 36:39
; What a timer cannot be, and what it cannot call.
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :hash :key u32 :value entry :max-entries 16)

(defun too-few ((m (map entries)) (k (ptr u32))) 0)
(defun wrong-key ((m (map entries)) (k (ptr u64)) (e (ptr entry))) 0)
(defun wrong-value ((m (map entries)) (k (ptr u32)) (e (ptr u64))) 0)
(defun changes-key ((m (map entries)) (k (ptr u32)) (e (ptr entry))) (setf (deref k) 1))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((e (map-lookup entries 0)))
    (timer-start (entry-ticks-ptr e) 1 0)
    (timer-start 7 1 0)
    (timer-set-callback (entry-timer e) too-few)
    (timer-set-callback (entry-timer e) wrong-key)
    (timer-set-callback (entry-timer e) wrong-value)
    (timer-set-callback (entry-timer e) missing)
    (timer-set-callback (entry-timer e) (lambda (m k e) 0))
    (timer-init (entry-timer e) 5 0))
  1)
(defprog q (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((e (map-lookup entries 0)))
    (timer-set-callback (entry-timer e) changes-key))
  1)
(defun again ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (timer-set-callback (entry-timer e) 'again))
(defprog r (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((e (map-lookup entries 0)))
    (timer-set-callback (entry-timer e) 'again))
  1)
