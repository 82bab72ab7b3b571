;; A load balancer for TCP and UDP over IPv4: what comes in for the virtual address goes to one of the
;; backends, always the same one for a connection, and their answers come from the virtual address. It
;; answers on the interface that it gets packets from, so that clients, backends and this machine are on
;; one network, and the backends send to the clients through this machine.
;;
;;   bpfl run load-balance.lisp --interface eth0
;;
;; Set `virtual` (an address, in network order), `port` and `backend-count`, and put the backends into
;; entries 0 to `backend-count` - 1 of `backends`.

(defstruct mac (bytes (array u8 6)))
(defstruct backend (address u32) (mac mac) (packets u64))

(defvar virtual u32 :section :data)
(defvar port u16 80 :section :data)
(defvar backend-count u32 :section :data)

(defmap backends :type :array :key u32 :value backend :max-entries 64)
;; Which entry of `backends` an address is, for the way back.
(defmap members :type :hash :key u32 :value u32 :max-entries 64)
;; Where the clients are, as their packets said.
(defmap clients :type :lru-hash :key u32 :value mac :max-entries 65536)

;; ---- checksums ----

;; The Internet checksum `sum` when in what it covers the 32 bits `old` become `new` (RFC 1624): it is the
;; complement of a sum of 16-bit words, so the difference can be added without the rest of the packet.
;; Byte order does not matter as long as all of them have the same.
(defun mended ((sum u16) (old u32) (new u32)) :inline t :returns u16
  (let* ((gone (logxor old #xffffffff))
         (s (+ (logxor (u32 sum) #xffff)
               (logand gone #xffff) (>> gone 16)
               (logand new #xffff) (>> new 16))))
    (setf s (+ (logand s #xffff) (>> s 16)))
    (setf s (+ (logand s #xffff) (>> s 16)))
    (cast u16 (logxor s #xffff))))

;; Sets the address at byte `at` of the IP header, and the two checksums that cover it. A UDP checksum of 0
;; means that there is none.
(defmacro set-address (ip at transport-sum new)
  (with-gensyms (old value)
    `(let ((,old (load u32 ,ip ,at)) (,value ,new))
       (store u32 ,ip ,at ,value)
       (store u16 ,ip 10 (mended (load u16 ,ip 10) ,old ,value))
       (unless (and (= (ipv4-protocol ,ip) IPPROTO_UDP) (= (load u16 ,transport-sum) 0))
         (store u16 ,transport-sum 0 (mended (load u16 ,transport-sum) ,old ,value))))))

;; ---- choosing ----

;; Mixes the bits of an address, two ports and a protocol well enough that neighbours part.
(defun flow-hash ((source u32) (ports u32) (protocol u8)) :inline t :returns u32
  (let ((h (logxor source (* ports #x9e3779b1) protocol)))
    (setf h (* (logxor h (>> h 16)) #x85ebca6b))
    (setf h (* (logxor h (>> h 13)) #xc2b2ae35))
    (logxor h (>> h 16))))

;; The frame goes back to where frames come from: from us, to `mac`.
(defmacro send-to (data mac)
  `(progn
     (memcpy ,data 6 ,data 0 6)
     (memcpy ,data 0 ,mac 0 6)
     (return XDP_TX)))

(defprog balance (:type :xdp)
  (with-ipv4 (data data-end ip)
    (let* ((protocol (ipv4-protocol ip))
           (transport (ipv4-payload ip))
           ;; TCP and UDP both start with the ports; their checksums are at different places.
           (sum (+ transport (if (= protocol IPPROTO_TCP) 16 6))))
      (unless (or (= protocol IPPROTO_TCP) (= protocol IPPROTO_UDP)) (return XDP_PASS))
      (when (ipv4-later-fragment ip) (return XDP_PASS))
      (when (> (+ transport 8) data-end) (return XDP_PASS))
      (when (> (+ sum 2) data-end) (return XDP_PASS))
      (let ((source (load u32 ip 12)))
        (cond
          ;; From a client.
          ((and (= (load u32 ip 16) virtual) (= (udp-dst-port transport) port))
           (when (= backend-count 0) (return XDP_DROP))
           (let ((b (map-lookup backends
                                (mod (flow-hash source (load u32 transport 0) protocol) backend-count)))
                 (client (make-mac)))
             (unless b (return XDP_DROP))
             (memcpy client 0 data 6 6)
             (map-update clients source client)
             (incf (backend-packets b))
             (set-address ip 16 sum (backend-address b))
             (send-to data (backend-mac-ptr b))))
          ;; From a backend.
          ((and (= (udp-src-port transport) port) (map-lookup members source))
           (when-let ((client (map-lookup clients (load u32 ip 16))))
             (set-address ip 12 sum virtual)
             (send-to data client)))))))
  XDP_PASS)
