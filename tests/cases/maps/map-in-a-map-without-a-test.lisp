;; error: E0401 @ 8:5
; There may be no map in a map of maps.
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap outer :type :array-of-maps :max-entries 4 :inner a)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((m (map-lookup outer 0)))
    (incf (getmap m 0)))
  1)
