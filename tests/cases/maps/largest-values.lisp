;; kernel-only
; Values as large as their kinds have them.
(defmap a :type :percpu-array :key u32 :value (array u8 32768) :max-entries 1)
(defmap b :type :percpu-hash :key u32 :value-size 32768 :max-entries 4)
(defmap c :type :cgroup-storage :value (array u8 65407))
(defmap d :type :array :key u32 :value (array u8 70000) :max-entries 1)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") 1)
