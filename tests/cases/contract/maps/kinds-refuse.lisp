;; error: E0302 @ 22:39
;; error: E0302 @ 23:43
;; error: E0302 @ 25:30
;; error: E0108 @ 26:9
;; error: E0302 @ 27:32
;; error: E0302 @ 28:63
;; error: E0108 @ 29:9
;; error: E0301 @ 30:23
;; error: E0302 @ 31:35
;; error: E0302 @ 32:43
;; error: E0302 @ 33:58
;; error: E0108 @ 34:45
;; error: E0108 @ 35:69
;; error: E0108 @ 36:9
;; error: E0105 @ 37:9
;; error: E0201 @ 39:17
;; error: E0107 @ 40:11
;; error: E0201 @ 41:14
;; error: E0102 @ 42:3
; What a kind must have, and what it is given: at the option, with the next valid size.
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap r :type :ringbuf :max-entries 5000)
(defmap small :type :ringbuf :max-entries 100)
(defmap q :type :queue :value u64 :max-entries 4)
(defmap qk :type :queue :key u32 :value u64 :max-entries 4)
(defmap no-entries :type :hash :key u32 :value u64)
(defmap wide :type :array :key u64 :value u64 :max-entries 4)
(defmap st :type :sk-storage :key u32 :value u64 :max-entries 9)
(defmap no-value :type :hash :key u32 :max-entries 4)
(defmap unknown :type :hashh :key u32 :value u32 :max-entries 4)
(defmap trie :type :lpm-trie :key u32 :value u32 :max-entries 4)
(defmap perf :type :perf-event-array :key u64 :max-entries 4)
(defmap odd :type :hash :key u32 :value u32 :max-entries (- 4 5))
(defmap both :type :hash :key u32 :key-size 4 :value u32 :max-entries 4)
(defmap pin :type :hash :key u32 :value u32 :max-entries 4 :pinning :by-nmae)
(defmap outer :type :array-of-maps :max-entries 2)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (map-update a (make-s) 1)
  (getmap aa 1)
  (map-pop q 5)
  (map-update a 1)
  1)
(defstruct s (x u64))
