;; error: E0405 @ 9:14
;; error: E0406 @ 19:11
;; error: E0406 @ 22:27
;; error: E0406 @ 31:16

(defstruct tuple (saddr u32) (daddr u32) (sport u16) (dport u16))
(defprog leaks (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((wanted (make-tuple))
         (sk (sk-lookup-udp (ctx-ptr) wanted (sizeof tuple) BPF_F_CURRENT_NETNS 0)))
    (when sk
      (when (= (bpf-sock-mark sk) 1) (return 0))
      (sk-release sk))
    1))
(defprog after (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((wanted (make-tuple))
         (sk (sk-lookup-udp (ctx-ptr) wanted (sizeof tuple) BPF_F_CURRENT_NETNS 0)))
    (unless sk (return 1))
    (sk-release sk)
    (when (bpf-sock-mark sk) (return 0))
    1))
(defprog own (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let (sk (ctx sk)) (sk-release sk))
  1)
(defprog view (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((wanted (make-tuple))
         (sk (sk-lookup-tcp (ctx-ptr) wanted (sizeof tuple) BPF_F_CURRENT_NETNS 0)))
    (unless sk (return 1))
    (let ((tp (tcp-sock sk)))
      (sk-release sk)
      (unless tp (return 1))
      (if (> 5 (bpf-tcp-sock-snd-cwnd tp)) 1 0))))
