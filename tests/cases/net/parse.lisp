; Headers in a packet that starts with IP's, as cgroup_skb sees it.
;; run: packet[0]=0x45, packet[9]=6, packet[20]=0x12, packet[21]=0x34, packet[33]=2 -> ret 1
;; run: packet[0]=0x45, packet[9]=17 -> ret 0
;; run: packet[0]=0x46, packet[9]=6, packet[24]=0x12, packet[25]=0x34, packet[37]=2 -> ret 1
;; run: packet[0]=0x60, packet[6]=6 -> ret 0
;; run: len=20, packet[0]=0x45, packet[9]=6 -> ret 0
;; perfmon: pointer

(defprog p (:section "cgroup_skb/egress")
  (let* ((data (ctx data)) (data-end (ctx data-end))
         (tcp (parse-tcp data data-end)))
    (if (and tcp (= (tcp-src-port tcp) #x1234) (tcp-syn tcp)) 1 0)))
