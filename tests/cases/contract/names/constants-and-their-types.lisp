; Constants of every kind take their type from the context, as literals do; one's own wins over a predefined one.
;; run: packet[0]=#(255 2 255 255) -> ret 1, o[0]=1, o[1]=1, o[2]=0xfe, o[3]=7, o[4]=8, o[5]=21, o[6]=22, o[7]=1
;;   , o[8]=0xfffffffffffffffc, o[9]=3, o[10]=1, o[11]=0xffff, own[0]=0xff, own[1]=2
(defenum af (AF_INET 7) AF_INET6 (low -4) lower (high #xffff))
(defconstant +minus+ -1)
(defconstant +byte+ (- 256 1))
(defconstant ETH_P_IP (* 3 7))
(define-symbol-macro ETH_P_ARP (+ ETH_P_IP 1))
(defmap own :type :array :key u32 :value u8 :max-entries +size+)
(defconstant +size+ (ash 1 3))
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar narrow i8 +minus+)
(defprog p (:section "cgroup_skb/egress")
  (with-packet (data end :min-len 4)
    (let ((a (load u8 data)) (b (load i16 data 2)) (c i8 (load u8 data)) (family u16 (load u8 data 1)))
      (setf (getmap o 0) (= b +minus+)                ; the bits of an i16
            (getmap o 1) (= c +byte+)                 ; those of an i8
            (getmap o 2) (+ (logand a +byte+) +minus+ 0)
            (getmap o 3) AF_INET
            (getmap o 4) af_inet6
            (getmap o 5) eth_p_ip
            (getmap o 6) ETH_P_ARP
            (getmap o 7) (= narrow +byte+)
            (getmap o 8) (u64 low)
            (getmap o 9) (case lower (low 1) (AF_INET 2) (-3 3) (t 4))
            (getmap o 10) (= family PF_LOCAL_2)
            (getmap o 11) (logior high (u16 0))
            (getmap own 0) +minus+
            (getmap own 1) IPPROTO_IGMP)))
  1)
(defconstant PF_LOCAL_2 IPPROTO_IGMP)
