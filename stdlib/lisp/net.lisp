; Packets: headers of protocols, and forms that find them.
;
; A reader such as `(ipv4-ttl p)` gives a field of the header at p, in host order; `setf` of it stores
; one. `with-…` leaves the program with the hook's pass verdict when the packet is too short, and skips
; its body for another protocol. `parse-…` gives a packet pointer, or nil. `with-skb-…` copies headers to
; the stack, for where the packet's bytes cannot be read in place.
;
; What always holds: up to two VLAN tags are passed over; the length of IPv4's header is honoured; a
; transport protocol is found behind IPv4, except in later fragments, and directly behind IPv6's header.
; A packet with extension headers of IPv6 is one of another protocol.

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
  (loop for (field . more) on fields
        for second = (find (car field) more :key #'car)
        when second do (error-at (car second) "`~a` is a field of this header already" (car second)))
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

(defheader icmpv6
  (type :offset 0 :type u8)
  (code :offset 1 :type u8)
  (checksum :offset 2 :type u16 :net-order t)
  (rest :offset 4 :type u32 :net-order t))

; ---- parts of fields, and what is behind a header ----

(defmacro vlan-id (p) `(logand (vlan-tci ,p) #xfff))

; 4 or 6, of either header.
(defmacro ip-version (p) `(>> (load u8 ,p 0) 4))

(defmacro ipv4-header-length (p) `(<< (u64 (logand (load u8 ,p 0) 15)) 2))
(defmacro tcp-header-length (p) `(<< (u64 (>> (load u8 ,p 12) 4)) 2))

; What follows the header at p; a pointer into a packet has to be tested before it is read there.
(defmacro ipv4-payload (p) (with-gensyms (ip) `(let ((,ip ,p)) (+ ,ip (ipv4-header-length ,ip)))))
(defmacro ipv6-payload (p) `(+ ,p 40))

; Whether this is a fragment other than the first, which has no transport header.
(defmacro ipv4-later-fragment (p) `(/= (logand (load u16 ,p 6) (htons #x1fff)) 0))

(defmacro tcp-fin (p) `(/= (logand (load u8 ,p 13) 1) 0))
(defmacro tcp-syn (p) `(/= (logand (load u8 ,p 13) 2) 0))
(defmacro tcp-rst (p) `(/= (logand (load u8 ,p 13) 4) 0))
(defmacro tcp-psh (p) `(/= (logand (load u8 ,p 13) 8) 0))
(defmacro tcp-ack (p) `(/= (logand (load u8 ,p 13) 16) 0))

; ---- where the network header is ----

; What says which network header it is: the Ethernet type, in network order, or IP's version where there
; is no Ethernet.
(defmacro packet-is-tagged (type)
  `(or (= ,type (htons ETH_P_8021Q)) (= ,type (htons ETH_P_8021AD))))
(defmacro packet-is-ipv4 (type) `(= ,type (if (> (network-offset) 0) (htons ETH_P_IP) 4)))
(defmacro packet-is-ipv6 (type) `(= ,type (if (> (network-offset) 0) (htons ETH_P_IPV6) 6)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; The body with `ip` at the network header and `type` saying which it is. `least` bytes are there behind
  ; the tags; else `leave` is done.
  (defun find-network (data data-end type ip least leave body)
    (labels ((pass-tag (size behind)
               `(when (packet-is-tagged ,type)
                  (when (> (+ ,data ,(+ size least)) ,data-end) ,leave)
                  (setf ,type (load u16 ,data ,(- size 2)) ,ip (+ ,data ,size))
                  ,@behind)))
      `(progn
         (when (> (+ ,data (+ (network-offset) ,least)) ,data-end) ,leave)
         (let ((,type u16 (if (> (network-offset) 0) (load u16 ,data 12) (ip-version ,data)))
               (,ip (+ ,data (network-offset))))
           (when (> (network-offset) 0)
             ,(pass-tag 18 (list (pass-tag 22 nil))))
           ,@body))))

  ; The body with `header` behind the IP header `ip` if it is of the protocol with these numbers, one of
  ; which may be nil, and `size` bytes of it are there; else `skip` or `leave` is done.
  (defun find-transport (numbers size data data-end header ip skip leave body)
    (with-gensyms (type)
      (find-network data data-end type ip 20 leave
        `((let ((,header ,ip))
            (cond
              ,@(when (first numbers)
                  `(((packet-is-ipv4 ,type)
                     (when (or (/= (ipv4-protocol ,ip) ,(first numbers)) (ipv4-later-fragment ,ip)) ,skip)
                     (setf ,header (ipv4-payload ,ip)))))
              ,@(when (second numbers)
                  `(((packet-is-ipv6 ,type)
                     (when (> (+ ,ip 40) ,data-end) ,leave)
                     (when (/= (ipv6-next-header ,ip) ,(second numbers)) ,skip)
                     (setf ,header (ipv6-payload ,ip)))))
              (t ,skip))
            (when (> (+ ,header ,size) ,data-end) ,leave)
            ,@body))))))

; ---- forms with a body ----

(defmacro with-packet ((data data-end &key (min-len 0)) &body body)
  `(packet-in-place
     (let* ((,data (ctx data))
            (,data-end (ctx data-end)))
       ,@(unless (eql min-len 0)
           `((when (> (+ ,data ,min-len) ,data-end) (return (pass-verdict)))))
       ,@body)))

(defmacro with-eth ((data data-end) &body body)
  `(with-packet (,data ,data-end :min-len (link-header-size)) ,@body))

; The outermost VLAN tag that is in the packet; for tc the kernel has taken it out, see `(ctx vlan-tci)`.
(defmacro with-vlan ((data data-end header) &body body)
  `(with-packet (,data ,data-end :min-len (+ (link-header-size) 4))
     (when (packet-is-tagged (load u16 ,data 12))
       (let ((,header (+ ,data 14))) ,@body))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun with-network (test least data data-end header body)
    (with-gensyms (type)
      `(with-packet (,data ,data-end)
         ,(find-network data data-end type header least '(return (pass-verdict))
            `((when (,test ,type) ,@body))))))

  (defun with-transport (numbers size data data-end header ip body)
    (let ((none (gensym)))
      `(with-packet (,data ,data-end)
         (block ,none
           ,(find-transport numbers size data data-end header (or ip (gensym))
              `(return-from ,none nil) '(return (pass-verdict)) body))))))

(defmacro with-ipv4 ((data data-end header) &body body)
  (with-network 'packet-is-ipv4 20 data data-end header body))

(defmacro with-ipv6 ((data data-end header) &body body)
  (with-network 'packet-is-ipv6 40 data data-end header body))

; `ip` is the IP header, of which 20 bytes are there.
(defmacro with-tcp ((data data-end header &optional ip) &body body)
  (with-transport '(IPPROTO_TCP IPPROTO_TCP) 20 data data-end header ip body))

(defmacro with-udp ((data data-end header &optional ip) &body body)
  (with-transport '(IPPROTO_UDP IPPROTO_UDP) 8 data data-end header ip body))

(defmacro with-icmp ((data data-end header &optional ip) &body body)
  (with-transport '(IPPROTO_ICMP nil) 8 data data-end header ip body))

(defmacro with-icmpv6 ((data data-end header &optional ip) &body body)
  (with-transport '(nil IPPROTO_ICMPV6) 8 data data-end header ip body))

; ---- forms with a value ----

(defmacro parse-eth (data data-end)
  (with-gensyms (start)
    `(let ((,start ,data))
       (if (<= (+ ,start (link-header-size)) ,data-end) ,start nil))))

(defmacro parse-vlan (data data-end)
  (with-gensyms (start)
    `(let ((,start ,data))
       (if (and (<= (+ ,start (+ (link-header-size) 4)) ,data-end)
                (packet-is-tagged (load u16 ,start 12)))
           (+ ,start 14)
           nil))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun parse-network (test least data data-end)
    (with-gensyms (none start end type ip)
      `(let ((,start ,data) (,end ,data-end))
         (block ,none
           ,(find-network start end type ip least `(return-from ,none nil)
              `((if (,test ,type) ,ip nil)))))))

  (defun parse-transport (numbers size data data-end)
    (with-gensyms (none start end header ip)
      (let ((skip `(return-from ,none nil)))
        `(let ((,start ,data) (,end ,data-end))
           (block ,none
             ,(find-transport numbers size start end header ip skip skip (list header))))))))

(defmacro parse-ipv4 (data data-end) (parse-network 'packet-is-ipv4 20 data data-end))
(defmacro parse-ipv6 (data data-end) (parse-network 'packet-is-ipv6 40 data data-end))
(defmacro parse-tcp (data data-end) (parse-transport '(IPPROTO_TCP IPPROTO_TCP) 20 data data-end))
(defmacro parse-udp (data data-end) (parse-transport '(IPPROTO_UDP IPPROTO_UDP) 8 data data-end))
(defmacro parse-icmp (data data-end) (parse-transport '(IPPROTO_ICMP nil) 8 data data-end))
(defmacro parse-icmpv6 (data data-end) (parse-transport '(nil IPPROTO_ICMPV6) 8 data data-end))

; ---- copies of headers ----

(defstruct header-of-8-bytes (bytes (array u8 8)))
(defstruct header-of-20-bytes (bytes (array u8 20)))
(defstruct header-of-40-bytes (bytes (array u8 40)))

; The bytes from `from` on, counted from the network header, or the program lets the packet pass.
(defmacro header-load (header from size)
  `(when (/= (skb-load-bytes-relative (ctx-ptr) ,from ,header ,size BPF_HDR_START_NET) 0)
     (return (pass-verdict))))

(defmacro with-skb-ipv4 ((header) &body body)
  `(let ((,header (make-header-of-20-bytes)))
     (header-load ,header 0 20)
     (when (= (ip-version ,header) 4) ,@body)))

(defmacro with-skb-ipv6 ((header) &body body)
  `(let ((,header (make-header-of-40-bytes)))
     (header-load ,header 0 20)
     (when (= (ip-version ,header) 6)
       (header-load (+ ,header 20) 20 20)
       ,@body)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun with-skb-transport (numbers size header ip body)
    (with-gensyms (none offset)
      (let ((ip (or ip (gensym)))
            (make (if (= size 8) '(make-header-of-8-bytes) '(make-header-of-20-bytes))))
        `(let ((,ip (make-header-of-20-bytes)) (,header ,make) (,offset u32 40))
           (block ,none
             (header-load ,ip 0 20)
             (case (ip-version ,ip)
               ,@(when (first numbers)
                   `((4 (when (or (/= (ipv4-protocol ,ip) ,(first numbers)) (ipv4-later-fragment ,ip))
                          (return-from ,none nil))
                        (setf ,offset (u32 (ipv4-header-length ,ip))))))
               ,@(when (second numbers)
                   `((6 (when (/= (ipv6-next-header ,ip) ,(second numbers)) (return-from ,none nil)))))
               (otherwise (return-from ,none nil)))
             (header-load ,header ,offset ,size)
             ,@body))))))

(defmacro with-skb-tcp ((header &optional ip) &body body)
  (with-skb-transport '(IPPROTO_TCP IPPROTO_TCP) 20 header ip body))

(defmacro with-skb-udp ((header &optional ip) &body body)
  (with-skb-transport '(IPPROTO_UDP IPPROTO_UDP) 8 header ip body))

(defmacro with-skb-icmp ((header &optional ip) &body body)
  (with-skb-transport '(IPPROTO_ICMP nil) 8 header ip body))

(defmacro with-skb-icmpv6 ((header &optional ip) &body body)
  (with-skb-transport '(nil IPPROTO_ICMPV6) 8 header ip body))
