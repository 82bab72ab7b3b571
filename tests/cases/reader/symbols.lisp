;; emit datum

pkt-count PKT_COUNT +bpf-any+ *x* /= <= >>> %a a.b &rest |
