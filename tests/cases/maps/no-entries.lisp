;; error: E0302 @ 4:56
;; error: E0302 @ 5:56

(defmap a :type :hash :key u32 :value u64 :max-entries 0)
(defmap b :type :hash :key u32 :value u64 :max-entries #x100000000)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
