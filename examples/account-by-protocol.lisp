;; Counts the packets and bytes that a cgroup sends, by IP protocol: 6 is TCP, 17 UDP, 1 ICMP,
;; 58 ICMPv6. Bytes include the IP header.
;;
;;   bpfl run account-by-protocol.lisp --cgroup DIR

(defstruct traffic (packets u64) (bytes u64))

(defmap sent :type :hash :key u8 :value traffic :max-entries 256)

(defprog account (:section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 20) end) (return 1))
    (let ((protocol (if (= (ctx protocol) (htons ETH_P_IPV6))
                        (load u8 data 6)
                        (load u8 data 9))))
      (unless (map-lookup sent protocol)
        ;; Another CPU may have been first; then its entry stays.
        (map-update sent protocol (make-traffic) BPF_NOEXIST))
      (when-let ((row (map-lookup sent protocol)))
        (incf (traffic-packets row))
        (incf (traffic-bytes row) (ctx len)))))
  1)
