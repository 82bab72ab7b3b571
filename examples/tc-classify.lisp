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

(defprog classify (:section "tcx/egress")
  (let ((data (ctx data))
        (end (ctx data-end))
        (class (u32 +other+)))
    ;; Ethernet, and IPv4 without options.
    (when (and (<= (+ data 38) end)
               (= (load u16 data 12) (htons #x800))
               (= (load u8 data 14) #x45))
      (let ((protocol (load u8 data 23))
            (port (ntohs (load u16 data 36))))
        (when (or (= protocol IPPROTO_TCP) (= protocol IPPROTO_UDP))
          (setf class (cond ((= port 53) +names+)
                            ((map-lookup interactive-ports port) +interactive+)
                            (t +bulk+))))))
    (setf (ctx priority) class)
    (when-let ((usage (map-lookup classes class)))
      (incf (usage-packets usage))
      (incf (usage-bytes usage) (ctx len))))
  TC_ACT_UNSPEC)
