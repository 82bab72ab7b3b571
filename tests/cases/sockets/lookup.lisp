; A socket that a lookup finds is used while it is held, and released on every path.
;; run: -> ret 1

(defstruct tuple (saddr u32) (daddr u32) (sport u16) (dport u16))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((wanted (make-tuple :daddr (htonl #x7f000001) :dport (htons 1)))
         (sk (sk-lookup-tcp (ctx-ptr) wanted (sizeof tuple) BPF_F_CURRENT_NETNS 0))
         (answer u32 1))
    (when sk
      (let ((tp (tcp-sock sk)))
        (when (and tp (> (bpf-tcp-sock-snd-cwnd tp) 100)) (setf answer 0)))
      (when (= (bpf-sock-protocol sk) IPPROTO_UDP) (setf answer 0))
      (sk-release sk))
    (if answer 1 0)))
(defprog common (:type :cgroup-skb :section "cgroup_skb/ingress")
  (let* ((wanted (make-tuple))
         (sk (skc-lookup-tcp (ctx-ptr) wanted (sizeof tuple) BPF_F_CURRENT_NETNS 0)))
    (unless sk (return 1))
    (let ((family (bpf-sock-family sk)))
      (sk-release sk)
      (if (= family AF_INET) 1 0))))
