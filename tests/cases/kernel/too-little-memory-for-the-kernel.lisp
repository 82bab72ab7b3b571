;; error: E0402 @ 10:5
;; error: E0402 @ 14:5
;; error: E0401 @ 18:5
; Memory that a function of the kernel's would read or write beyond its end.
(defkfunc bpf-made-up-lookup ((xdp-ctx (ptr xdp-md)) (tuple (ptr bpf-sock-tuple)) (size u32) (n (ptr u32)))
  :returns i32)
(defmap values :type :array :key u32 :value bpf-sock-tuple :max-entries 1)
(defprog sized (:type :xdp)
  (let ((tuple (make-bpf-sock-tuple)) (n u32 0))
    (bpf-made-up-lookup (ctx-ptr) tuple 40 (stack-addr n)))
  XDP_PASS)
(defprog narrow (:type :xdp)
  (let ((tuple (make-bpf-sock-tuple)) (n u8 0))
    (bpf-made-up-lookup (ctx-ptr) tuple 12 (stack-addr n)))
  XDP_PASS)
(defprog untested (:type :xdp)
  (let ((n u32 0))
    (bpf-made-up-lookup (ctx-ptr) (map-lookup values 0) 12 (stack-addr n)))
  XDP_PASS)
