;; error: E0402 @ 6:24
;; error: E0402 @ 8:24
(defstruct line (text (array u8 32)))
(defprog writer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((line (make-line)))
    (bpf-snprintf line 64 "%d" 1)
    (bpf-snprintf line 0 "%d" 1)
    (bpf-snprintf line (ctx len) "%d" 1))
  1)
