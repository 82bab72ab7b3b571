(defmap seen :type :hash :key u32 :value u64 :max-entries 64)

(defprog egress (:section "cgroup_skb/egress")
  (when-let ((sk (ctx sk)))
    (incf (getmap seen (bpf-sock-family sk)))
    (when-let ((full (sk-fullsock sk)))
      (incf (getmap seen (bpf-sock-type full)))
      (when-let ((tp (tcp-sock full)))
        (incf (getmap seen (bpf-tcp-sock-snd-cwnd tp))))))
  1)

(defprog opt (:section "cgroup/getsockopt")
  (if (= (bpf-sock-protocol (ctx sk)) IPPROTO_TCP) 1 0))
