;; compile-only
; First entries under numbers, and keys of any width without them.
(defmap one :type :array :key u32 :value u64 :max-entries 16)
(defmap numbered :type :hash-of-maps :key u32 :max-entries 8 :inner one :values ((3 one)))
(defmap signed :type :hash-of-maps :key i32 :max-entries 8 :inner one :values (one))
(defmap wide :type :hash-of-maps :key u64 :max-entries 8 :inner one)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((m (map-lookup wide 1)))
    (incf (getmap m 0)))
  1)
