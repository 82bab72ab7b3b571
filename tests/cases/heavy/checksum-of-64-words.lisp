; The Internet checksum of 128 bytes, a word a round: of the packet itself, and of a copy on the stack.
;; run packet: len=128 -> ret 1, out[0]=0xbaee
;; run packet: len=128, packet[20]=#(200 237 18 55 92 129 166 203 240 21 58 95 132 169 206 243 24 61 98 135 172 209 246 27 64 101 138 175 212 249 30 67 104 141 178 215 252 33 70 107 144 181 218 255 36 73 110 147), packet[126]=#(0xff 0xee) -> ret 1, out[0]=0x25f3
;; run packet: len=127 -> ret 0, out[0]=0
;; run copy: len=128 -> ret 1, out[0]=0xbaee
;; run copy: len=128, packet[20]=#(200 237 18 55 92 129 166 203 240 21 58 95 132 169 206 243 24 61 98 135 172 209 246 27 64 101 138 175 212 249 30 67 104 141 178 215 252 33 70 107 144 181 218 255 36 73 110 147), packet[126]=#(0xff 0xee) -> ret 1, out[0]=0x25f3
;; perfmon: pointer

(defmap out :type :array :key u32 :value u32 :max-entries 1)
(defstruct start (words (array u16 64)))

(defun folded ((sum u32)) :inline t
  (dotimes (i 2) (setf sum (+ (logand sum #xffff) (>> sum 16))))
  (logxor sum #xffff))

(defprog packet (:section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)) (sum (u32 0)))
    (when (> (+ data 128) end) (return 0))
    (dotimes (i 64)
      (incf sum (ntohs (load u16 data (* 2 i)))))
    (setf (getmap out 0) (folded sum)))
  1)

(defprog copy (:section "cgroup_skb/egress")
  (let ((s (make-start)) (sum (u32 0)))
    (unless (= (skb-load-bytes (ctx-ptr) 0 s 128) 0) (return 0))
    (dotimes (i 64)
      (incf sum (ntohs (start-words s i))))
    (setf (getmap out 0) (folded sum)))
  1)
