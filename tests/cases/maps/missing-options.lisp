;; error: E0108 @ 6:9
;; error: E0108 @ 7:9
;; error: E0108 @ 8:9
;; error: E0108 @ 9:9

(defmap a :key u32 :value u64 :max-entries 1)
(defmap b :type :hash :value u64 :max-entries 1)
(defmap c :type :hash :key u32 :max-entries 1)
(defmap d :type :hash :key u32 :value u64)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  1)
