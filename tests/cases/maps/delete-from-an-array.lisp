;; error: E0308 @ 9:3
;; error: E0308 @ 10:3
;; error: E0308 @ 11:3

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap c :type :percpu-array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (map-delete a 0)
  (remmap a 0)
  (remmap c 0)
  1)
