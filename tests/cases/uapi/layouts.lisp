;; run: packet[0]=#(69 0 0 28 0 7 64 0 63 17 0 0 10 0 0 1 10 0 0 2 17 92 0 53 0 8 0 0), len=28
;;   -> ret 1, out[0]=36, out[1]=24, out[2]=5, out[3]=4, out[4]=17, out[5]=0x0200000a, out[6]=53, out[7]=64, out[8]=32,
;;   key[1]=#(1 0 0 127 2 0 0 127 1 187 0 80 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)

; Structs of the kernel's headers need no definition.
(defmap out :type :array :key u32 :value u32 :max-entries 16)
(defmap key :type :hash :key u32 :value bpf-sock-tuple :max-entries 4)

(defprog headers (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (sizeof bpf-sock-tuple))
  (setf (getmap out 1) (offsetof ipv6hdr daddr))
  (let ((data (ctx data)) (data-end (ctx data-end)))
    (when (<= (+ data 28) data-end)
      (let ((ip (cast (ptr iphdr) data)) (udp (cast (ptr udphdr) (+ data 20))))
        (setf (getmap out 2) (iphdr-ihl ip))
        (setf (getmap out 3) (iphdr-version ip))
        (setf (getmap out 4) (iphdr-protocol ip))
        (setf (getmap out 5) (iphdr-daddr ip))
        (setf (getmap out 6) (ntohs (udphdr-dest udp))))))
  (setf (getmap out 7) (sizeof bpf_fib_lookup))
  (setf (getmap out 8) (offsetof bpf_fib_lookup ipv6_dst))
  (let ((tuple (make-bpf-sock-tuple :ipv4-saddr #x7f000001 :ipv4-daddr #x7f000002 :ipv4-sport #xbb01)))
    (setf (bpf-sock-tuple-ipv4-dport tuple) (htons 80))
    (map-update key 1 tuple))
  1)
