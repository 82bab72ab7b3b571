;; perfmon: loop
;; run outside: packet[0]=0x45 -> o[0]=4
;; run inside: packet[0]=0x45 -> o[1]=8
;; run within: packet[0]=0x45 -> o[2]=6

; What was tested of a packet before is there in a callback, and it can be tested in there.
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defprog outside (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)))
    (when (> (+ data 20) (ctx data-end)) (return 1))
    (bpf-loop (i 4)
      (when (= (load u8 data) #x45) (incf (getmap o 0)))))
  1)
(defprog inside (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (bpf-loop (i 8)
      (when (<= (+ data 1) end)
        (when (= (load u8 data) #x45) (incf (getmap o 1))))))
  1)
(defprog within (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((data (ctx data)))
    (when (> (+ data 20) (ctx data-end)) (return 1))
    (bpf-loop (i 2)
      (bpf-loop (j 3)
        (when (= (load u8 data) #x45) (incf (getmap o 2))))))
  1)
; Behind a tag or not: where the header is, is one of two.
(defprog joined (:section "xdp")
  (with-ipv4 (data end ip)
    (do-map (k v o)
      (when (= (u64 (ipv4-ttl ip)) (deref v)) (incf (deref v)))))
  XDP_PASS)
