;; compile-only
; Functions of the kernel's take memory of the program's: of its type's size, or of the size that comes
; next.
(defkfunc bpf-made-up-lookup ((xdp-ctx (ptr xdp-md)) (tuple (ptr bpf-sock-tuple)) (size u32) (n (ptr u32)))
  :returns i32)
(defprog p (:type :xdp)
  (let ((tuple (make-bpf-sock-tuple :ipv4-saddr 1)) (n u32 0))
    (if (= (bpf-made-up-lookup (ctx-ptr) tuple 12 (stack-addr n)) 0) XDP_PASS XDP_DROP)))
