;; Drops what comes in over IPv4 for the TCP and UDP ports in a list, and counts what it dropped.
;; Put a port into the map with the value 0 to block it.
;;
;;   bpfl run block-ports.lisp --cgroup DIR

(defmap blocked :type :hash :key u16 :value u64 :max-entries 1024)

(defprog block-ports (:section "cgroup_skb/ingress")
  (when (/= (ctx protocol) (htons ETH_P_IP)) (return 1))
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 20) end) (return 1))
    (let ((protocol (load u8 data 9)))
      (unless (or (= protocol IPPROTO_TCP) (= protocol IPPROTO_UDP)) (return 1)))
    ;; The IP header is as long as its first byte says, in words.
    (let* ((length (* (logand (load u8 data 0) 15) 4))
           (header (+ data length)))
      (when (> (+ header 4) end) (return 1))
      (when-let ((dropped (map-lookup blocked (ntohs (load u16 header 2)))))
        (incf (deref dropped))
        (return 0))))
  1)
