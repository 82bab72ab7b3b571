;; error: E0301 @ 7:18
;; error: E0003 @ 9:3
;; error: E0103 @ 13:3
;; error: E0004 @ 14:1
;; error: E0005 @ 16:8

(defmap in :type :arry :key u32 :value u64 :max-entries 1)
(defprog broken (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 1)
    x)

(defprog q (:type :cgroup-skb :section "cgroup_skb/egress")
  undefined)
)
(defprog r (:type :cgroup-skb :section "cgroup_skb/egress")
  (+ 1 #xzz))
