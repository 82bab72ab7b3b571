; What is to be in a map that has no room at all.
;; error: E0302 @ 4:45
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defmap m :type :array-of-maps :max-entries 0 :inner a :values ((4 a)))
(defprog p (:type :xdp) XDP_PASS)
