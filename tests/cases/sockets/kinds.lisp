;; error: E0201 @ 8:14
;; error: E0307 @ 10:12
;; error: E0201 @ 15:18
; Kinds of sockets are types of their own, whose pointers the kernel does not let meet in one.
(defprog set (:section "tc")
  (let ((sk (ctx sk)))
    (unless sk (return TC_ACT_OK))
    (setf sk (sk-fullsock sk))
    (unless sk (return TC_ACT_OK))
    (if (= (bpf-sock-mark sk) 7) TC_ACT_SHOT TC_ACT_OK)))
(defprog either (:section "tc")
  (let* ((tuple (make-bpf-sock-tuple :ipv4-dport 1))
         (sk (if (ctx mark)
                 (sk-lookup-tcp (ctx-ptr) tuple 12 BPF_F_CURRENT_NETNS 0)
                 (skc-lookup-tcp (ctx-ptr) tuple 12 BPF_F_CURRENT_NETNS 0))))
    (when sk (sk-release sk))
    TC_ACT_OK))
