;; run: frame[23]=6, frame[36]=#(0 23) -> ret 1, drops[0]=1
;; run: frame[23]=6, frame[36]=#(0 24) -> ret 2, drops[0]=0
;; run: frame[23]=17, frame[36]=#(0 23) -> ret 2
;; run: len=39, frame[23]=6, frame[36]=#(0 23) -> ret 2
;; perfmon: pointer

(in-package #:whistler-user)

(defconstant +telnet+ 23)
(defmap drops :type :percpu-array :key-size 4 :value-size 8 :max-entries 1)

(defprog drop-telnet (:type :xdp)
  (with-tcp (data data-end tcp)
    (when (= (tcp-dst-port tcp) +telnet+)
      (incf (getmap drops 0))
      (return XDP_DROP)))
  XDP_PASS)
