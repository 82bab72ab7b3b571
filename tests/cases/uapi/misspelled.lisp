;; error: E0204 @ 7:45
;; error: E0306 @ 10:40
;; error: E0306 @ 11:15

; A near miss says what was meant.

(defmap sockets :type :hash :key u32 :value bpf-sock-tupel :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((tuple (make-bpf-sock-tuple    :ipv4-sadr 1)))
    (if (= 0 (bpf-sock-tuple-ipv4-sadr tuple)) 1 0)))
