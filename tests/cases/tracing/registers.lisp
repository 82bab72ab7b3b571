;; error: E0307 @ 7:3
;; error: E0102 @ 10:3

; Registers are those of the probed function, by what they hold when it is called.
(defprog good (:section "kprobe/tcp_connect") (pt-regs-parm1) (pt-regs-parm2 (ctx-ptr)) 0)
(defprog a (:type :xdp)
  (pt-regs-parm1)
  XDP_PASS)
(defprog b (:section "uprobe")
  (pt-regs-rc 5)
  0)
