;; error: E0405 @ 8:12
;; error: E0405 @ 15:44
;; error: E0406 @ 19:22
; A record neither submitted nor discarded on some path, a socket not released on some path: at the reservation.
(defstruct s (n u64))
(defmap r :type :ringbuf :max-entries 4096)
(defprog p (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve r (sizeof s) 0)))
    (when e
      (when (= (ctx mark) 1) (return 0))
      (store u64 e 0 5)
      (if (= (ctx mark) 2) (ringbuf-submit e 0) (when (= (ctx mark) 3) (ringbuf-discard e 0)))))
  1)
(defprog q (:section "classifier")
  (let* ((tuple (make-bpf-sock-tuple)) (sk (sk-lookup-tcp (ctx-ptr) tuple 12 -1 0)))
    (unless sk (return 0))
    (dotimes (i 2) (when (= (bpf-sock-mark sk) i) (return 1)))
    (sk-release sk)
    (setf (ctx mark) (bpf-sock-mark sk)))
  0)
(defprog ok (:section "cgroup_skb/egress")
  (let ((e (ringbuf-reserve r (sizeof s) 0)))
    (unless e (return 0))
    (store u64 e 0 5)
    (if (ctx mark) (ringbuf-submit e 0) (ringbuf-discard e 0)))
  1)
