; Where a helper wants a UAPI struct any initialised object of that size will do.
;; run: -> ret 1
(defstruct my-tuple (saddr u32) (daddr u32) (sport u16) (dport u16))
(defprog p (:section "cgroup_skb/egress")
  (let ((a (make-my-tuple)) (b (make-bpf-sock-tuple)))
    (when-let (sk (sk-lookup-tcp (ctx-ptr) a (sizeof my-tuple) BPF_F_CURRENT_NETNS 0)) (sk-release sk))
    (when-let (sk (sk-lookup-tcp (ctx-ptr) a 12 -1 0)) (sk-release sk))
    (when-let (sk (sk-lookup-tcp (ctx-ptr) b 36 -1 0)) (sk-release sk))
    (when-let (sk (sk-lookup-tcp (ctx-ptr) b (sizeof bpf-sock-tuple) -1 0)) (sk-release sk)))
  1)
(defprog bound (:type :cgroup-sock-addr :section "cgroup/connect4")
  (let ((own (make-sockaddr-in :sin-family AF_INET)))
    (if (= (bind (ctx-ptr) own (sizeof sockaddr-in)) 0) 1 0)))
