;; error: E0102 @ 12:3
;; error: E0102 @ 13:3
;; error: E0102 @ 14:3
;; error: E0102 @ 15:3
;; error: E0102 @ 16:3
;; error: E0102 @ 17:3

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (map-lookup h)
  (map-update h 1)
  (map-delete h)
  (getmap h)
  (getmap h 1 2)
  (map-update h 1 2 3 4)
  1)
