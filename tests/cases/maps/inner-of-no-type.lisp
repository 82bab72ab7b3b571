;; error: E0204 @ 3:40
; Nothing is said of what is read from a map whose values have no type.
(defmap a :type :array :key u32 :value incf :max-entries 4)
(defmap outer :type :array-of-maps :max-entries 4 :inner a)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((m (map-lookup outer 0)))
    (u64 (getmap m 0)))
  1)
