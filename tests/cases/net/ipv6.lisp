; Transport protocols directly behind IPv6's header, and behind IPv4's however long that is. With an
; extension header, here hop-by-hop options and a fragment, it is another protocol.
;; run tcp: packet[0]=0x60, packet[6]=6, packet[42]=#(0x1f 0x90) -> ret 0
;; run tcp: packet[0]=0x60, packet[6]=6, packet[42]=#(0 80) -> ret 1
;; run tcp: packet[0]=0x60, packet[6]=0, packet[40]=6, packet[42]=#(0x1f 0x90) -> ret 1
;; run tcp: packet[0]=0x60, packet[6]=44, packet[42]=#(0x1f 0x90) -> ret 1
;; run tcp: packet[0]=0x60, packet[6]=17, packet[42]=#(0x1f 0x90) -> ret 1
;; run tcp: len=59, packet[0]=0x60, packet[6]=6, packet[42]=#(0x1f 0x90) -> ret 1
;; run tcp: len=39, packet[0]=0x60, packet[6]=6 -> ret 1
;; run tcp: packet[0]=0x4f, packet[9]=6, packet[62]=#(0x1f 0x90), len=80 -> ret 0
;; run tcp: packet[0]=0x50, packet[9]=6, packet[22]=#(0x1f 0x90) -> ret 1
;; run udp: packet[0]=0x60, packet[6]=17, packet[40]=#(0 53), len=48 -> ret 0, versions[6]=1, versions[4]=0
;; run udp: packet[0]=0x45, packet[9]=17, packet[20]=#(0 53), len=28 -> ret 0, versions[4]=1, versions[6]=0
;; run udp: packet[0]=0x60, packet[6]=17, packet[40]=#(0 53), len=47 -> ret 1
;; run echo: packet[0]=0x45, packet[9]=1, packet[20]=8 -> ret 0
;; run echo: packet[0]=0x60, packet[6]=1, packet[40]=8 -> ret 1
;; run echo: packet[0]=0x45, packet[9]=58, packet[20]=128 -> ret 1
;; run echo: packet[0]=0x60, packet[6]=58, packet[40]=128 -> ret 0
;; run ping: frame[12]=#(0x86 0xdd 0x60), packet[6]=58, packet[40]=#(128 0 0 0 0 9) -> ret 9
;; run ping: frame[12]=#(8 0 0x45), packet[9]=1, packet[20]=#(8 0 0 0 0 7) -> ret 7
;; run ping: frame[12]=#(8 0 0x45), packet[9]=1, packet[20]=#(8 0 0 0 0 7), len=27 -> ret 0
;; perfmon: pointer

(defmap versions :type :array :key u32 :value u64 :max-entries 8)

(defprog tcp (:section "cgroup_skb/egress")
  (with-tcp (data data-end tcp)
    (when (= (tcp-dst-port tcp) 8080) (return 0)))
  1)

; The fourth name is the IP header, of either version.
(defprog udp (:section "cgroup_skb/ingress")
  (with-udp (data data-end udp ip)
    (when (/= (udp-src-port udp) 53) (return 0))
    (incf (getmap versions (ip-version ip)))
    (return 0))
  1)

(defprog echo (:section "cgroup_skb/egress")
  (with-icmp (data data-end icmp)
    (when (= (icmp-type icmp) 8) (return 0)))
  (with-icmpv6 (data data-end icmp)
    (when (= (icmpv6-type icmp) 128) (return 0)))
  1)

(defprog ping (:section "classifier")
  (let ((data (ctx data)) (data-end (ctx data-end)))
    (let ((icmp (parse-icmp data data-end)))
      (when icmp (return (i32 (>> (icmp-rest icmp) 16)))))
    (let ((icmp (parse-icmpv6 data data-end)))
      (when icmp (return (i32 (>> (icmpv6-rest icmp) 16))))))
  TC_ACT_OK)
