;; error: E0310 @ 6:3
;; error: E0310 @ 10:3

(defmap m :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:section "cgroup_skb/egress")
  (with-eth (data data-end)
    (incf (getmap m 0) (eth-type data)))
  1)
(defprog q (:section "cgroup/sock_create")
  (pass-verdict)
  1)
