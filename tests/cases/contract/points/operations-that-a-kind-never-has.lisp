;; error: E0308 @ 29:3
;; error: E0308 @ 30:3
;; error: E0308 @ 31:15
;; error: E0308 @ 32:15
;; error: E0308 @ 33:15
;; error: E0308 @ 34:13
;; error: E0308 @ 35:12
;; error: E0308 @ 36:15
;; error: E0308 @ 37:15
;; error: E0308 @ 38:15
;; error: E0308 @ 39:15
;; error: E0308 @ 40:15
;; error: E0308 @ 41:11
;; error: E0308 @ 42:11
;; error: E0308 @ 43:17
;; error: E0308 @ 44:20
;; error: E0308 @ 45:14
; An operation that the kind can never do.
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap pa :type :percpu-array :key u32 :value u64 :max-entries 4)
(defmap r :type :ringbuf :max-entries 4096)
(defmap q :type :queue :value u64 :max-entries 4)
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap b :type :bloom-filter :value u64 :max-entries 4)
(defmap s :type :sk-storage :value u64)
(defmap pr :type :prog-array :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (let ((own (u64 0)))
  (map-delete a 0)
  (map-delete pa 0)
  (map-update r 0 0)
  (map-lookup r 0)
  (map-lookup q 0)
  (map-push h 1)
  (map-pop a (stack-addr own))
  (map-lookup b 0)
  (map-delete b 0)
  (map-lookup s 0)
  (map-lookup pr 0)
  (map-update pr 0 1)
  (remmap q 1)
  (getmap r 1)
  (incf (getmap q 1))
  (ringbuf-reserve h u64)
  (tail-call h 0))
  1)
