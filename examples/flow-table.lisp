;; Keeps a table of the flows that come in on an interface: for each pair of ends, protocol and VLAN the
;; packets, bytes, TCP flags seen and when. IPv4 and IPv6, behind up to two VLAN tags.
;;
;;   bpfl run flow-table.lisp --interface eth0

;; The key of a flow has no hidden padding: bytes that nobody sets would make two keys of one.
(defstruct flow
  (source (array u8 16))       ; an IPv4 address is in the first four bytes
  (destination (array u8 16))
  (source-port u16)            ; in host order, as the readers give them
  (destination-port u16)
  (vlan u16)                   ; the outermost tag's number; 0 without one
  (protocol u8)
  (version u8))

(defstruct usage
  (packets u64)
  (bytes u64)
  (first u64)                  ; nanoseconds since the machine started
  (last u64)
  (flags u32))

(defmap flows :type :lru-hash :key flow :value usage :max-entries 65536)

;; Counts a packet.
(defun count-packet ((f (ptr flow)) (bytes u64) (flags u32))
  (let ((now (ktime-get-ns)))
    (unless (map-lookup flows f)
      ;; Of two CPUs that see the flow at once one is first; then its entry stays.
      (map-update flows f (make-usage :first now) BPF_NOEXIST))
    (when-let ((u (map-lookup flows f)))
      (incf (usage-packets u))
      (incf (usage-bytes u) bytes)
      (atomic-or (usage-flags-ptr u) flags)
      (setf (usage-last u) now))))

;; Puts the ports into the flow, where there are any; the value is TCP's flags. The pointer is bound once:
;; what a test proves of it holds of that pointer, and not of one that is computed again.
(defmacro take-ports (f header data-end)
  `(let ((h ,header) (flags (u32 0)))
     (when (and (or (= (flow-protocol ,f) IPPROTO_TCP) (= (flow-protocol ,f) IPPROTO_UDP))
                (<= (+ h 4) ,data-end))
       (setf (flow-source-port ,f) (tcp-src-port h)
             (flow-destination-port ,f) (tcp-dst-port h))
       (when (and (= (flow-protocol ,f) IPPROTO_TCP) (<= (+ h 14) ,data-end))
         (setf flags (u32 (tcp-flags h)))))
     flags))

(defprog flow-table (:type :xdp)
  (let ((data (ctx data))
        (data-end (ctx data-end))
        (f (make-flow)))
    (when-let ((vlan (parse-vlan data data-end)))
      (setf (flow-vlan f) (vlan-id vlan)))
    (when-let ((ip (parse-ipv4 data data-end)))
      (memcpy (flow-source f) 0 ip 12 4)
      (memcpy (flow-destination f) 0 ip 16 4)
      (setf (flow-version f) 4
            (flow-protocol f) (ipv4-protocol ip))
      (let ((flags (if (ipv4-later-fragment ip) 0 (take-ports f (ipv4-payload ip) data-end))))
        (count-packet f (ipv4-total-length ip) flags))
      (return XDP_PASS))
    (when-let ((ip (parse-ipv6 data data-end)))
      (memcpy (flow-source f) 0 ip 8 16)
      (memcpy (flow-destination f) 0 ip 24 16)
      (setf (flow-version f) 6
            (flow-protocol f) (ipv6-next-header ip))
      ;; The payload's length does not count the header.
      (count-packet f (+ 40 (u64 (ipv6-payload-length ip))) (take-ports f (ipv6-payload ip) data-end))))
  XDP_PASS)
