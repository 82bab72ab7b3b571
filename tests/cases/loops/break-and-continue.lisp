;; run: -> o[0]=8
;; perfmon: loop

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (dotimes (i 10)
    (when (= i 2) (continue))
    (when (= i 5) (break))
    (incf (getmap o 0) i))
  1)
