; Everything by hand: offsets, byte order, an early return each.
;; run: -> ret 1, protos[17]=1
;; run: frame[23]=6 -> ret 1, protos[6]=1
;; run: frame[12]=#(0x86 0xdd) -> ret 1, protos[17]=none

(in-package :whistler)

(defconstant +eth-len+ 14)
(defconstant +ip-len+ 20)
(defmap protos :type :hash :key u32 :value u64 :max-entries 256)

(defprog parse (:section "classifier" :type :tc)
  (let ((data (ctx data))
        (data-end (ctx data-end)))
    (when (> (+ data +eth-len+ +ip-len+) data-end)
      (return TC_ACT_OK))
    (let ((ethertype u16 (ntohs (load u16 data 12)))
          (proto u32 (load u8 data (+ +eth-len+ 9))))
      (declare (type u16 ethertype))
      (if (= ethertype ETH_P_IP)
          (let ((p (map-lookup protos proto)))
            (if (/= p 0)
                (atomic-add p 0 1)
                (let ((one u64 1))
                  (map-update protos proto one BPF_ANY))))
          nil)
      1)))
