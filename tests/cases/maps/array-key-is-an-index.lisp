;; error: E0302 @ 4:29
;; error: E0302 @ 5:41

(defmap a :type :array :key u64 :value u64 :max-entries 1)
(defmap b :type :percpu-array :key-size 8 :value u64 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
