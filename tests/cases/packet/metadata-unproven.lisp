; Metadata is read only where it is known to be there: a test against the packet's end says nothing of it,
; nor does one against a pointer into the packet.
;; error: E0402 @ 8:20
;; error: E0402 @ 12:24
;; error: E0402 @ 17:24
(defprog none (:type :xdp)
  (let ((meta (ctx data-meta)))
    (if (= (u32 0) (load u32 meta)) XDP_PASS XDP_DROP)))
(defprog packet-end (:type :xdp)
  (let ((meta (ctx data-meta)) (end (ctx data-end)))
    (if (<= (+ meta 4) end)
        (if (= (u32 0) (load u32 meta)) XDP_PASS XDP_DROP)
        XDP_DROP)))
(defprog inside (:type :xdp)
  (let ((meta (ctx data-meta)) (data (ctx data)))
    (if (<= (+ meta 4) (+ data 14))
        (if (= (u32 0) (load u32 meta)) XDP_PASS XDP_DROP)
        XDP_DROP)))
