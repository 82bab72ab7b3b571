;; error: E0402 @ 11:30
;; error: E0402 @ 17:30
;; error: E0112 @ 22:5
;; error: E0402 @ 28:30
;; error: E0402 @ 33:30
; A callback knows of a packet what was tested before, and no more.
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defprog beyond (:section "xdp")
  (let ((data (ctx data)))
    (when (> (+ data 20) (ctx data-end)) (return XDP_PASS))
    (bpf-loop (i 4) (when (= (load u8 data 20) 4) (incf (getmap o 0)))))
  XDP_PASS)
(defprog on-one-way (:section "xdp")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (= (ctx rx-queue-index) 3)
      (when (> (+ data 20) end) (return XDP_PASS)))
    (bpf-loop (i 4) (when (= (load u8 data) 4) (incf (getmap o 0)))))
  XDP_PASS)
(defprog moved (:section "xdp")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 20) end) (return XDP_PASS))
    (bpf-loop (i 4)
      (setf data (+ data 8))
      (when (= (load u8 data) 4) (incf (getmap o 0)))))
  XDP_PASS)
(defprog the-end (:section "xdp")
  (let ((end (ctx data-end)))
    (bpf-loop (i 4) (when (= (load u8 end) 4) (incf (getmap o 0)))))
  XDP_PASS)
(defprog too-far (:section "xdp")
  (let* ((data (ctx data)) (end (ctx data-end)) (far (+ data (ctx rx-queue-index))))
    (when (> (+ far 1) end) (return XDP_PASS))
    (bpf-loop (i 4) (when (= (load u8 far) 4) (incf (getmap o 0)))))
  XDP_PASS)
