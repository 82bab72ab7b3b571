; The two Ethernet addresses exchanged: byte by byte in a loop, unrolled, in larger pieces, and with rotatef.
;; run loop: frame[0]=#(1 2 3 4 5 6 11 12 13 14 15 16) -> ret 3, frame[0]=#(11 12 13 14 15 16 1 2 3 4 5 6 8 0)
;; run unrolled: frame[0]=#(1 2 3 4 5 6 11 12 13 14 15 16) -> ret 3, frame[0]=#(11 12 13 14 15 16 1 2 3 4 5 6 8 0)
;; run pieces: frame[0]=#(1 2 3 4 5 6 11 12 13 14 15 16) -> ret 3, frame[0]=#(11 12 13 14 15 16 1 2 3 4 5 6 8 0)
;; run places: frame[0]=#(1 2 3 4 5 6 11 12 13 14 15 16) -> ret 3, frame[0]=#(11 12 13 14 15 16 1 2 3 4 5 6 8 0)
;; run queue: frame[0]=#(1 2 3 4 5 6 11 12 13 14 15 16) -> ret 0, frame[0]=#(11 12 13 14 15 16 1 2 3 4 5 6 8 0)
;; perfmon: pointer

(defprog loop (:type :xdp)
  (with-eth (data data-end)
    (dotimes (i 6)
      (let ((byte (load u8 data i)))
        (store u8 data i (load u8 (+ data 6) i))
        (store u8 (+ data 6) i byte))))
  XDP_TX)

(defprog unrolled (:type :xdp)
  (with-eth (data data-end)
    (dotimes (i 6 :unroll t)
      (rotatef (eth-dst data i) (eth-src data i))))
  XDP_TX)

(defstruct address (bytes (array u8 6)))

(defprog pieces (:type :xdp)
  (with-eth (data data-end)
    (let ((source (make-address)))
      (memcpy source 0 data 6 6)
      (memcpy data 6 data 0 6)
      (memcpy data 0 source 0 6)))
  XDP_TX)

(defprog places (:type :xdp)
  (with-eth (data data-end)
    (rotatef (load u32 data 0) (load u32 data 6))
    (rotatef (load u16 data 4) (load u16 data 10)))
  XDP_TX)

(defprog queue (:type :sched-cls :section "classifier")
  (with-eth (data data-end)
    (dotimes (i 6)
      (rotatef (eth-dst data i) (eth-src data i))))
  TC_ACT_OK)
