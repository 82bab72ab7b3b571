;; error: E0405 @ 7:12
;; error: E0406 @ 12:5
;; error: E0406 @ 14:33
; A leak points at the reservation, with the exit as a label; use after release at the use; the release is a label.
(defmap events :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve events u64)))
    (unless e (return 1))
    (when (= (ctx mark) 7)
      (return 0))
    (ringbuf-submit e)
    (store u64 e 0 1))
  (let ((f (ringbuf-reserve events u64)))
    (when f (ringbuf-discard f) (ringbuf-submit f)))
  1)
