; Packets: headers of protocols, and forms that find them.
;
; A reader such as `(ipv4-ttl p)` gives a field of the header at p, in host order; `setf` of it stores
; one. `with-…` leaves the program with the hook's pass verdict when the packet is too short, and skips
; its body for another protocol. `parse-…` gives a packet pointer, or nil.

; ---- headers ----

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun header-swap (type)
    (case type
      ((u16 i16) 'ntohs)
      ((u32 i32) 'ntohl)
      ((u64 i64) 'ntohll)
      (otherwise nil)))

  ; The readers of one field.
  (defun header-readers (name field)
    (destructuring-bind (field &key (offset 0) type net-order) field
      (let ((reader (intern (format nil "~a-~a" name field)))
            (pointer (intern (format nil "~a-~a-ptr" name field)))
            (swap (if net-order (header-swap type))))
        (list
          `(defmacro ,pointer (p) (list '+ p ,offset))
          (cond
            ((consp type)
              `(defmacro ,reader (p i) (list 'load ',(second type) (list '+ p ,offset) i)))
            (swap
              `(defmacro ,reader (p) (list ',swap (list 'load ',type p ,offset))))
            (t
              `(defmacro ,reader (p) (list 'load ',type p ,offset)))))))))

(defmacro defheader (name &rest fields)
  `(progn ,@(loop for field in fields append (header-readers name field))))

(defheader eth
  (dst :offset 0 :type (array u8 6))
  (src :offset 6 :type (array u8 6))
  (type :offset 12 :type u16 :net-order t))

(defheader vlan
  (tci :offset 0 :type u16 :net-order t)
  (type :offset 2 :type u16 :net-order t))

(defheader ipv4
  (version-ihl :offset 0 :type u8)
  (tos :offset 1 :type u8)
  (total-length :offset 2 :type u16 :net-order t)
  (id :offset 4 :type u16 :net-order t)
  (frag-off :offset 6 :type u16 :net-order t)
  (ttl :offset 8 :type u8)
  (protocol :offset 9 :type u8)
  (checksum :offset 10 :type u16 :net-order t)
  (src :offset 12 :type u32 :net-order t)
  (dst :offset 16 :type u32 :net-order t))

(defheader ipv6
  (version-class-flow :offset 0 :type u32 :net-order t)
  (payload-length :offset 4 :type u16 :net-order t)
  (next-header :offset 6 :type u8)
  (hop-limit :offset 7 :type u8)
  (src :offset 8 :type (array u8 16))
  (dst :offset 24 :type (array u8 16)))

(defheader tcp
  (src-port :offset 0 :type u16 :net-order t)
  (dst-port :offset 2 :type u16 :net-order t)
  (seq :offset 4 :type u32 :net-order t)
  (ack-seq :offset 8 :type u32 :net-order t)
  (data-offset :offset 12 :type u8)
  (flags :offset 13 :type u8)
  (window :offset 14 :type u16 :net-order t)
  (checksum :offset 16 :type u16 :net-order t)
  (urgent :offset 18 :type u16 :net-order t))

(defheader udp
  (src-port :offset 0 :type u16 :net-order t)
  (dst-port :offset 2 :type u16 :net-order t)
  (length :offset 4 :type u16 :net-order t)
  (checksum :offset 6 :type u16 :net-order t))

(defheader icmp
  (type :offset 0 :type u8)
  (code :offset 1 :type u8)
  (checksum :offset 2 :type u16 :net-order t)
  (rest :offset 4 :type u32 :net-order t))

; ---- sizes and tests ----

(defmacro ipv4-header-length (p) `(<< (u64 (logand (load u8 ,p 0) 15)) 2))
(defmacro tcp-header-length (p) `(<< (u64 (>> (load u8 ,p 12) 4)) 2))

(defmacro tcp-fin (p) `(/= (logand (load u8 ,p 13) 1) 0))
(defmacro tcp-syn (p) `(/= (logand (load u8 ,p 13) 2) 0))
(defmacro tcp-rst (p) `(/= (logand (load u8 ,p 13) 4) 0))
(defmacro tcp-ack (p) `(/= (logand (load u8 ,p 13) 16) 0))

; Whether the packet from `data` on, which has room for a header, is of IPv4 or IPv6: by the Ethernet
; type where there is one, else by the version.
(defmacro packet-is-ipv4 (data)
  `(if (> (network-offset) 0)
       (= (load u16 ,data 12) (htons ETH_P_IP))
       (= (logand (load u8 ,data 0) #xf0) #x40)))

(defmacro packet-is-ipv6 (data)
  `(if (> (network-offset) 0)
       (= (load u16 ,data 12) (htons ETH_P_IPV6))
       (= (logand (load u8 ,data 0) #xf0) #x60)))

; ---- forms with a body ----

(defmacro with-packet ((data data-end &key (min-len 0)) &body body)
  `(let* ((,data (ctx data))
          (,data-end (ctx data-end)))
     ,@(unless (eql min-len 0)
         `((when (> (+ ,data ,min-len) ,data-end) (return (pass-verdict)))))
     ,@body))

(defmacro with-eth ((data data-end) &body body)
  `(with-packet (,data ,data-end :min-len (link-header-size)) ,@body))

(defmacro with-ipv4 ((data data-end header) &body body)
  `(with-packet (,data ,data-end :min-len (+ (network-offset) 20))
     (when (packet-is-ipv4 ,data)
       (let ((,header (+ ,data (network-offset)))) ,@body))))

(defmacro with-ipv6 ((data data-end header) &body body)
  `(with-packet (,data ,data-end :min-len (+ (network-offset) 40))
     (when (packet-is-ipv6 ,data)
       (let ((,header (+ ,data (network-offset)))) ,@body))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; A header of `size` bytes behind IPv4's, of a packet that is no later fragment.
  (defun with-transport (protocol size data data-end header body)
    (with-gensyms (ip)
      `(with-ipv4 (,data ,data-end ,ip)
         (when (and (= (ipv4-protocol ,ip) ,protocol)
                    (= (logand (ipv4-frag-off ,ip) #x1fff) 0))
           (let ((,header (+ ,ip (ipv4-header-length ,ip))))
             (when (> (+ ,header ,size) ,data-end) (return (pass-verdict)))
             ,@body))))))

(defmacro with-tcp ((data data-end header) &body body)
  (with-transport 'IPPROTO_TCP 20 data data-end header body))

(defmacro with-udp ((data data-end header) &body body)
  (with-transport 'IPPROTO_UDP 8 data data-end header body))

(defmacro with-icmp ((data data-end header) &body body)
  (with-transport 'IPPROTO_ICMP 8 data data-end header body))

; ---- forms with a value ----

(defmacro parse-eth (data data-end)
  `(if (<= (+ ,data (link-header-size)) ,data-end) ,data nil))

(defmacro parse-ipv4 (data data-end)
  `(if (and (<= (+ ,data (+ (network-offset) 20)) ,data-end) (packet-is-ipv4 ,data))
       (+ ,data (network-offset))
       nil))

(defmacro parse-ipv6 (data data-end)
  `(if (and (<= (+ ,data (+ (network-offset) 40)) ,data-end) (packet-is-ipv6 ,data))
       (+ ,data (network-offset))
       nil))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun parse-transport (protocol size data data-end)
    (with-gensyms (ip header)
      `(let ((,ip (parse-ipv4 ,data ,data-end)))
         (if (and ,ip
                  (= (ipv4-protocol ,ip) ,protocol)
                  (= (logand (ipv4-frag-off ,ip) #x1fff) 0))
             (let ((,header (+ ,ip (ipv4-header-length ,ip))))
               (if (<= (+ ,header ,size) ,data-end) ,header nil))
             nil)))))

(defmacro parse-tcp (data data-end) (parse-transport 'IPPROTO_TCP 20 data data-end))
(defmacro parse-udp (data data-end) (parse-transport 'IPPROTO_UDP 8 data data-end))
(defmacro parse-icmp (data data-end) (parse-transport 'IPPROTO_ICMP 8 data data-end))
