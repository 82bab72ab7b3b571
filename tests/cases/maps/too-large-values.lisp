;; error: E0302 @ 10:47
;; error: E0302 @ 11:46
;; error: E0302 @ 12:55
;; error: E0302 @ 13:47
;; error: E0302 @ 14:36
;; error: E0302 @ 15:43
;; error: E0302 @ 16:40
; Kinds that limit the size of their values.
(defstruct page (bytes (array u8 32776)))
(defmap a :type :percpu-array :key u32 :value (array u8 32769) :max-entries 4)
(defmap b :type :percpu-hash :key u32 :value page :max-entries 4)
(defmap c :type :lru-percpu-hash :key u32 :value-size 40000 :max-entries 4)
(defmap d :type :percpu-cgroup-storage :value page)
(defmap e :type :sk-storage :value (array u8 65408))
(defmap f :type :task-storage :value-size 70000)
(defmap g :type :cgroup-storage :value (array u8 65408))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") 1)
