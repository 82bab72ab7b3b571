;; error: E0402 @ 6:20
;; error: E0402 @ 8:20
(defstruct line (text (array u8 32)))
(defprog writer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((line (make-line)))
    (snprintf line 64 "%d" 1)
    (snprintf line 0 "%d" 1)
    (snprintf line (ctx len) "%d" 1))
  1)
