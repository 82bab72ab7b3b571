;; Sorts what leaves an interface into classes by protocol and port, for a queueing discipline behind it:
;; the priority of each packet is its class. Packets and bytes of each class are counted.
;; `bpfl run tc-classify.lisp --interface eth0`

(defconstant +other+ 0)
(defconstant +interactive+ 1)
(defconstant +bulk+ 2)
(defconstant +names+ 3)

(defstruct usage (packets u64) (bytes u64))
(defmap classes :type :array :key u32 :value usage :max-entries 4)

;; Ports whose packets must not wait.
(defmap interactive-ports :type :hash :key u16 :value u8 :max-entries 64)

(defun class-of ((port u16)) :returns u32
  (cond ((= port 53) +names+)
        ((map-lookup interactive-ports port) +interactive+)
        (t +bulk+)))

(defprog classify (:section "tcx/egress")
  (let ((data (ctx data))
        (data-end (ctx data-end))
        (class (u32 +other+)))
    ;; Behind VLAN tags, IPv4 with or without options, or IPv6: the prelude finds the header.
    (if-let (tcp (parse-tcp data data-end))
        (setf class (class-of (tcp-dst-port tcp)))
        (when-let (udp (parse-udp data data-end))
          (setf class (class-of (udp-dst-port udp)))))
    (setf (ctx priority) class)
    (when-let ((usage (map-lookup classes class)))
      (incf (usage-packets usage))
      (incf (usage-bytes usage) (ctx len))))
  TC_ACT_UNSPEC)
