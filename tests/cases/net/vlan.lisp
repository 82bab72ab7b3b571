; One VLAN tag or two are passed over; a third is another protocol, and so is a tag on something else.
; Too short is what has not 20 bytes of IP behind the tag, and then 20 of TCP.
;; run: frame[12]=#(0x81 0 0 5 8 0 0x45), frame[20]=0, frame[27]=6, frame[38]=#(0 22 0x1f 0x90) -> ret 1, seen[0]=8080
;; run: frame[12]=#(0x88 0xa8 0 5 0x81 0 0 6 8 0 0x45), frame[31]=6, frame[42]=#(0 22 0x1f 0x90) -> ret 1, seen[0]=8080
;; run: frame[12]=#(0x81 0 0 5 0x81 0 0 6 0x81 0 0 7 8 0 0x45), frame[35]=6, frame[46]=#(0 22 0x1f 0x90) -> ret 2, seen[0]=0
;; run: frame[12]=#(0x81 0 0 5 8 6 0x45), frame[27]=6 -> ret 2
;; run: frame[23]=6, frame[34]=#(0 22 0x1f 0x90) -> ret 1, seen[0]=8080
;; run: len=23, frame[12]=#(0x81 0 0 5 8 0 0x45), frame[27]=6 -> ret 2
;; run: len=43, frame[12]=#(0x81 0 0 5 8 0 0x45), frame[27]=6, frame[40]=#(0x1f 0x90) -> ret 2
;; run: len=44, frame[12]=#(0x81 0 0 5 8 0 0x45), frame[27]=6, frame[40]=#(0x1f 0x90) -> ret 1
;; run tag: frame[12]=#(0x81 0 0xe1 5 8 0) -> ret 1, seen[0]=0x105
;; run tag: -> ret 2
;; run tag: len=3, frame[12]=#(0x81 0) -> ret 2
;; run six: frame[12]=#(0x81 0 0 5 0x86 0xdd 0x60), frame[24]=6, frame[57]=9 -> ret 1
;; run six: frame[12]=#(0x81 0 0 5 8 0 0x45) -> ret 2
;; run parse: frame[12]=#(0x88 0xa8 0 5 0x81 0 0 6 0x86 0xdd 0x60), frame[28]=17, frame[62]=#(0 1 0 53) -> ret 1
;; run parse: frame[12]=#(0x88 0xa8 0 5 0x81 0 0 6 0x86 0xdd 0x60), frame[28]=17, frame[62]=#(0 1 0 54) -> ret 2
;; run parse: len=55, frame[12]=#(0x88 0xa8 0 5 0x81 0 0 6 0x86 0xdd 0x60), frame[28]=17, frame[62]=#(0 1 0 53) -> ret 2
;; run outer: frame[12]=#(0x88 0xa8 0x60 0xff 0x81 0 0 6) -> ret 255
;; run outer: -> ret 0
;; run queue: frame[12]=#(0x81 0 0 5 8 0 0x45), frame[27]=17, frame[38]=#(0 1 0 53) -> ret 2
;; run queue: frame[12]=#(0x81 0 0 5 8 0 0x45), frame[27]=17, frame[38]=#(0 1 0 54) -> ret 0
;; perfmon: pointer

(defmap seen :type :array :key u32 :value u64 :max-entries 1)

(defprog p (:type :xdp)
  (with-tcp (data data-end tcp)
    (setf (getmap seen 0) (u64 (tcp-dst-port tcp)))
    (when (= (tcp-dst-port tcp) 8080) (return XDP_DROP)))
  XDP_PASS)

(defprog tag (:type :xdp)
  (with-vlan (data data-end vlan)
    (setf (getmap seen 0) (u64 (vlan-id vlan)))
    (return XDP_DROP))
  XDP_PASS)

(defprog six (:type :xdp)
  (with-ipv6 (data data-end ip)
    (when (= (ipv6-dst ip 15) 9) (return XDP_DROP)))
  XDP_PASS)

(defprog parse (:type :xdp)
  (let ((udp (parse-udp (ctx data) (ctx data-end))))
    (if (and udp (= (udp-dst-port udp) 53)) XDP_DROP XDP_PASS)))

(defprog outer (:type :xdp)
  (let ((vlan (parse-vlan (ctx data) (ctx data-end))))
    (if vlan (u32 (vlan-id vlan)) XDP_ABORTED)))

(defprog queue (:type :sched-cls :section "classifier")
  (with-udp (data data-end udp)
    (when (= (udp-dst-port udp) 53) (return TC_ACT_SHOT)))
  TC_ACT_OK)
