; Helpers take the structs of their headers, and the file's own struct of the same name wins.
(defstruct in-addr (mine u64))

(defprog find-socket (:type :tc :section "classifier")
  (let ((tuple (make-bpf-sock-tuple :ipv4-daddr #x0100007f :ipv4-dport (htons 80)))
        (route (make-bpf-fib-lookup :family AF_INET :ipv4-dst #x0100007f :ifindex 1))
        (own (make-in-addr :mine 7)))
    (when-let ((sk (sk-lookup-tcp (ctx-ptr) tuple 12 BPF_F_CURRENT_NETNS 0)))
      (sk-release sk))
    (if (and (= (fib-lookup (ctx-ptr) route (sizeof bpf-fib-lookup) 0) 0) (= (in-addr-mine own) 7))
        TC_ACT_OK
        TC_ACT_SHOT)))
