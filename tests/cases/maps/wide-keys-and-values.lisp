;; error: E0302 @ 7:39
;; error: E0302 @ 8:46
;; error: E0302 @ 9:41
; First entries are put in under numbers of 4 bytes.
(defstruct point (x u32) (y u32) (z u32))
(defmap one :type :array :key u32 :value u64 :max-entries 16)
(defmap wide :type :hash-of-maps :key u64 :max-entries 8 :inner one :values (one))
(defmap narrow :type :hash-of-maps :key-size 2 :max-entries 8 :inner one :values (one))
(defmap points :type :hash-of-maps :key point :max-entries 8 :inner one :values ((3 one)))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") 1)
