;; error: E0108 @ 15:9
;; error: E0302 @ 16:72
;; error: E0302 @ 17:70
;; error: E0302 @ 18:63
;; error: E0302 @ 19:76
;; error: E0107 @ 20:74
;; error: E0302 @ 21:73
;; error: E0105 @ 22:78
;; error: E0308 @ 27:3
;; error: E0308 @ 28:3
;; error: E0201 @ 29:10
; What is not right about maps in maps.
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap b :type :array :key u32 :value u32 :max-entries 4)
(defmap no-inner :type :array-of-maps :max-entries 4)
(defmap no-maps :type :array :key u32 :value u64 :max-entries 4 :inner a)
(defmap nested :type :array-of-maps :max-entries 4 :inner a :values (b))
(defmap deeper :type :array-of-maps :max-entries 4     :inner nested)
(defmap too-far :type :array-of-maps :max-entries 4 :inner a      :values ((4 a)))
(defmap missing :type :array-of-maps :max-entries 4 :inner a :values    (c))
(defmap filled :type :hash :key u32 :value u64 :max-entries 4 :values   (a))
(defmap outer :type :array-of-maps :max-entries 4 :inner a :values ((0 a) (0 a)))

(defun count ((m (map a))) (incf (getmap m 0)))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap outer 0) 1)
  (incf (getmap outer 0))
  (count b)
  1)
