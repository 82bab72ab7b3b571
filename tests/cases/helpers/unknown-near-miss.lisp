;; error: E0101 @ 8:4
;; error: E0101 @ 9:4
;; error: E0101 @ 10:4
;; error: E0101 @ 11:4
;; error: E0101 @ 12:4

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (ktime-get-nz)
  (get-prandom-u23)
  (bpf-ktime-get-ns)
  (bpf_get_prandom_u32)
  (entirely-unlike-anything 1 2)
  1)
