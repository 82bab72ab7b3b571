; A header is in the packet, or a copy of it on the stack: each was tested where it was made.
;; run: packet[0]=0x45, packet[8]=64, packet[9]=6 -> ret 2, out[0]=64, out[1]=6
;; run: packet[0]=0x60, packet[8]=64, packet[9]=6 -> ret 2, out[0]=1, out[1]=17
;; kernel-only
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :xdp)
  (let* ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 34) end) (return XDP_DROP))
    (let* ((made (make-iphdr :ttl 1 :protocol 17))
           (ip (if (= (load u8 (+ data 14)) 0x45) (cast (ptr iphdr) (+ data 14)) made)))
      (setf (getmap out 0) (iphdr-ttl ip))
      (setf (getmap out 1) (iphdr-protocol ip))
      (setf (iphdr-ttl ip) 9)
      (incf (iphdr-ttl ip) 1)
      (if (and (= (iphdr-ttl ip) 10) (= (iphdr-ttl made) (if (= (getmap out 1) 17) 10 1))) XDP_PASS XDP_DROP))))
