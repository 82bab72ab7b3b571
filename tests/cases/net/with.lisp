; Bodies run for their protocol only; a packet that is too short passes.
;; run tcp: packet[0]=0x45, packet[9]=6, packet[22]=#(0x1f 0x90) -> ret 0, hits[0]=1
;; run tcp: packet[0]=0x45, packet[9]=6, packet[22]=#(0 80) -> ret 1, hits[0]=1
;; run tcp: packet[0]=0x45, packet[9]=17 -> ret 1, hits[0]=0
;; run tcp: packet[0]=0x45, packet[6]=#(0 9), packet[9]=6 -> ret 1, hits[0]=0
;; run tcp: len=30, packet[0]=0x45, packet[9]=6 -> ret 1, hits[0]=0
;; run udp: packet[0]=0x45, packet[9]=17, packet[20]=#(0 53) -> ret 0
;; run six: packet[0]=0x60, packet[6]=58, packet[7]=64, packet[23]=9 -> ret 0
;; run six: packet[0]=0x45 -> ret 1
;; perfmon: pointer

(defmap hits :type :array :key u32 :value u64 :max-entries 1)

(defprog tcp (:section "cgroup_skb/egress")
  (with-tcp (data data-end tcp)
    (incf (getmap hits 0))
    (when (= (tcp-dst-port tcp) 8080) (return 0)))
  1)

(defprog udp (:section "cgroup_skb/egress")
  (with-udp (data data-end udp)
    (when (= (udp-src-port udp) 53) (return 0)))
  1)

(defprog six (:section "cgroup_skb/egress")
  (with-ipv6 (data data-end ip)
    (when (and (= (ipv6-next-header ip) IPPROTO_ICMPV6) (= (ipv6-hop-limit ip) 64) (= (ipv6-src ip 15) 9))
      (return 0)))
  1)
