;; error: E0306 @ 8:6
;; error: E0201 @ 9:22
;; error: E0401 @ 13:3
;; error: E0307 @ 18:6

(defprog wrong (:section "cgroup_skb/egress")
  (when-let ((sk (ctx sk)))
    (bpf-sock-famly sk)
    (bpf-sock-family 3))
  1)

(defprog untested (:section "cgroup_skb/egress")
  (bpf-sock-family (ctx sk))
  1)

(defprog common (:section "cgroup_skb/egress")
  (when-let ((sk (ctx sk)))
     (bpf-sock-type sk))
  1)
