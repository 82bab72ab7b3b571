;; perfmon: loop
;; run one-of-two: -> ret 0
;; run or-another: -> ret 0
;; run set: -> ret 0
;; run each-round: -> ret 1

; A socket that is another one on each way is released as one.
(defmacro found (helper)
  `(,helper (ctx-ptr) tuple 12 BPF_F_CURRENT_NETNS 0))
(defprog one-of-two (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1))
         (sk (if (= (ctx mark) 3) (found sk-lookup-tcp) (found sk-lookup-udp))))
    (unless sk (return 0))
    (sk-release sk)
    1))
(defprog or-another (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1))
         (sk (or (found sk-lookup-tcp) (found sk-lookup-udp))))
    (when sk
      (sk-release sk)
      (return 1))
    0))
(defprog set (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1)) (mark u32 0)
         (sk (found sk-lookup-tcp)))
    (unless sk (setf sk (found sk-lookup-udp)))
    (unless sk (return 0))
    (setf mark (bpf-sock-mark sk))
    (sk-release sk)
    (if (= mark 7) 0 1)))
(defprog each-round (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1)) (marks u32 0))
    (dotimes (i 4)
      (let ((sk (if (= i 2) (found sk-lookup-tcp) (found sk-lookup-udp))))
        (when sk
          (incf marks (bpf-sock-mark sk))
          (sk-release sk))))
    (if (= marks 7) 0 1)))
; Another name of one that is released by its own.
(defprog two-names (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1)) (mark u32 0)
         (sk (found sk-lookup-tcp))
         (at-times (if (ctx mark) sk nil)))
    (when at-times (setf mark (bpf-sock-mark at-times)))
    (when sk (sk-release sk))
    (if (= mark 7) 0 1)))
