;; Takes packets apart with a program for each protocol: the first one finds out what a packet is and jumps
;; to the program that knows it. A tail call does not come back, so each ends with a verdict of its own;
;; where the table has no program, the call fails and the first one goes on.
;;
;;   bpfl run tail-dispatch.lisp --interface eth0 --prog dispatch
;;
;; `counts` has the packets of each kind: 0 is all else, 1 ICMP, 2 TCP connection requests, 3 DNS questions.

(defmap counts :type :array :key u32 :value u64 :max-entries 4)

;; By IP protocol. The table is filled when the programs are loaded; userspace may change an entry while
;; they run, which replaces a program without a gap.
(defmap by-protocol :type :prog-array :max-entries 256
  :values ((IPPROTO_ICMP icmp) (IPPROTO_TCP tcp) (IPPROTO_UDP udp)))

(defprog dispatch (:type :xdp)
  (with-ipv4 (data data-end ip)
    (tail-call by-protocol (ipv4-protocol ip)))
  ;; Not IPv4, or a protocol without a program.
  (incf (getmap counts 0))
  XDP_PASS)

;; Nothing that was proven of the packet goes with the jump: each program looks for itself.
(defprog icmp (:type :xdp)
  (incf (getmap counts 1))
  XDP_PASS)

(defprog tcp (:type :xdp)
  (with-tcp (data data-end tcp)
    (when (and (tcp-syn tcp) (not (tcp-ack tcp)))
      (incf (getmap counts 2))))
  XDP_PASS)

(defprog udp (:type :xdp)
  (with-udp (data data-end udp)
    (when (= (udp-dst-port udp) 53)
      (incf (getmap counts 3))))
  XDP_PASS)
