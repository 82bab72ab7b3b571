; Headers copied to the stack: the same answers as in place, wherever the bytes of the packet are.
;; run tcp: packet[0]=0x45, packet[9]=6, packet[22]=#(0x1f 0x90) -> ret 0
;; run tcp: packet[0]=0x46, packet[9]=6, packet[26]=#(0x1f 0x90) -> ret 0
;; run tcp: packet[0]=0x45, packet[6]=#(0 9), packet[9]=6, packet[22]=#(0x1f 0x90) -> ret 1
;; run tcp: packet[0]=0x45, packet[9]=17, packet[22]=#(0x1f 0x90) -> ret 1
;; run tcp: packet[0]=0x60, packet[6]=6, packet[42]=#(0x1f 0x90) -> ret 0
;; run tcp: packet[0]=0x60, packet[6]=17, packet[42]=#(0x1f 0x90) -> ret 1
;; run tcp: packet[0]=0x45, packet[9]=6, packet[22]=#(0x1f 0x90), len=39 -> ret 1
;; run tcp: packet[0]=0x70, packet[6]=6, packet[9]=6, packet[22]=#(0x1f 0x90) -> ret 1
;; run udp: packet[0]=0x60, packet[6]=17, packet[40]=#(0 53) -> ret 2
;; run udp: packet[0]=0x45, packet[9]=17, packet[20]=#(0 53) -> ret 1
;; run udp: packet[0]=0x45, packet[9]=6, packet[20]=#(0 53) -> ret 0
;; run four: packet[0]=0x45, packet[16]=#(10 0 0 1) -> ret 0
;; run four: packet[0]=0x60, packet[16]=#(10 0 0 1) -> ret 1
;; run six: packet[0]=0x60, packet[39]=7 -> ret 0
;; run six: packet[0]=0x45, packet[39]=7, len=28 -> ret 1
;; run six: packet[0]=0x60, packet[39]=7, len=39 -> ret 1
;; run echo: packet[0]=0x60, packet[6]=58, packet[40]=128 -> ret 0
;; run echo: packet[0]=0x45, packet[9]=1, packet[20]=8 -> ret 0
;; run echo: packet[0]=0x45, packet[9]=58, packet[20]=128 -> ret 1

(defprog tcp (:section "cgroup_skb/egress")
  (with-skb-tcp (tcp)
    (when (= (tcp-dst-port tcp) 8080) (return 0)))
  1)

; Of a packet socket, where nothing can be read in place.
(defprog udp (:type :socket-filter)
  (with-skb-udp (udp ip)
    (when (= (udp-src-port udp) 53) (return (if (= (ip-version ip) 6) 2 1))))
  0)

(defprog four (:section "cgroup_skb/egress")
  (with-skb-ipv4 (ip)
    (when (= (ipv4-dst ip) #x0a000001) (return 0)))
  1)

(defprog six (:section "cgroup_skb/egress")
  (with-skb-ipv6 (ip)
    (when (= (ipv6-dst ip 15) 7) (return 0)))
  1)

(defprog echo (:section "cgroup_skb/egress")
  (with-skb-icmp (icmp)
    (when (= (icmp-type icmp) 8) (return 0)))
  (with-skb-icmpv6 (icmp)
    (when (= (icmpv6-type icmp) 128) (return 0)))
  1)
