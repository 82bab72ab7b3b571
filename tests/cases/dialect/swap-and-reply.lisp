; An echo responder: addresses are exchanged and the packet goes back.
;; run: frame[0]=#(1 1 1 1 1 1 2 2 2 2 2 2), frame[23]=1, frame[26]=#(10 0 0 1 10 0 0 2), frame[34]=8 -> ret 3, frame[0]=#(2 2 2 2 2 2 1 1 1 1 1 1), frame[26]=#(10 0 0 2 10 0 0 1), frame[34]=0
;; run: frame[23]=1, frame[34]=0 -> ret 2
;; perfmon: pointer
(in-package :whistler-user)
(defprog reply (:type :xdp)
  (with-ipv4 (data data-end ip)
    (let ((icmp (parse-icmp data data-end)))
      (when (and icmp (= (icmp-type icmp) 8))
        (rotatef (ipv4-src ip) (ipv4-dst ip))
        (dotimes (i 6)
          (let ((a u8 (eth-dst data i)) (b u8 (eth-src data i)))
            (setf (eth-dst data i) b
                  (eth-src data i) a)))
        (setf (icmp-type icmp) 0)
        (return XDP_TX))))
  XDP_PASS)
