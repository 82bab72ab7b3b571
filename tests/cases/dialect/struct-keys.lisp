;; run: packet[12]=#(10 0 0 1 10 0 0 2), packet[20]=#(0 53 0x30 0x39) -> ret 1, flows[#(10 0 0 1 10 0 0 2 0 53 0x30 0x39 17 0 0 0)]=#(1 0 0 0 0 0 0 0 60 0 0 0 0 0 0 0)
(in-package :whistler-user)

(defstruct flow-key
  (src u32)
  (dst u32)
  (ports (array u16 2))
  (proto u8))
(defstruct flow-stats (packets u64) (bytes u64))
(defmap flows :type :lru-hash :key flow-key :value flow-stats :max-entries 1024)

(defprog flows-prog (:section "cgroup_skb/egress")
  (with-packet (data end :min-len 28)
    (let ((k (make-flow-key :src (load u32 data 12) :dst (load u32 data 16) :proto (load u8 data 9))))
      (setf (flow-key-ports k 0) (load u16 data 20))
      (setf (flow-key-ports k 1) (load u16 data 22))
      (let ((s (map-lookup flows k)))
        (if s
            (progn
              (incf (flow-stats-packets s))
              (incf (flow-stats-bytes s) (ctx len)))
            (map-update flows k (make-flow-stats :packets 1 :bytes (ctx len)) BPF_ANY)))))
  1)
