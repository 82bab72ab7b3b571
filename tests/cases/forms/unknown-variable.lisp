;; error: E0103 @ 9:13
;; error: E0103 @ 9:20
;; error: E0103 @ 9:25
;; error: E0103 @ 9:37

(defconstant limit 5)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((counter 1))
    (logand conter limt BPF_NOEXITS xyzzy)))
