;; error: E0301 @ 4:17
;; error: E0301 @ 5:17

(defmap a :type :hsah :key u32 :value u64 :max-entries 1)
(defmap b :type 5 :key u32 :value u64 :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
