;; error: E0405 @ 14:16
;; error: E0405 @ 14:47
;; error: E0406 @ 20:5
;; error: E0405 @ 23:32
;; error: E0405 @ 23:63
;; error: E0406 @ 24:5
;; error: E0405 @ 27:3
; What is one of several is given back once, from its start, on all ways.
(defstruct event (a u64) (b u64))
(defmap marked :type :ringbuf :max-entries 4096)
(defmap others :type :ringbuf :max-entries 4096)
(defmap next :type :prog-array :max-entries 4)
(defprog leaks (:section "cgroup_skb/egress")
  (let ((e (or (ringbuf-reserve marked event) (ringbuf-reserve others event))))
    (when (and e (= (ctx mark) 3)) (ringbuf-submit e)))
  1)
(defprog twice (:section "cgroup_skb/egress")
  (when-let ((e (if (ctx mark) (ringbuf-reserve marked event) (ringbuf-reserve others event))))
    (ringbuf-submit e)
    (ringbuf-discard e))
  1)
(defprog moved (:section "cgroup_skb/egress")
  (when-let ((e (if (ctx mark) (ringbuf-reserve marked event) (ringbuf-reserve others event))))
    (ringbuf-submit (+ e 8)))
  1)
(defprog goes-on (:type :tc)
  (with-ringbuf (e marked event) (tail-call next 0))
  TC_ACT_OK)
