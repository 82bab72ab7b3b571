;; error: E0106 @ 3:2

(with-bpf-session () 1)
