;; run: m[0]=0xffffffffffffffff -> ret 1, m[0]=31, m[1]=0x7fffffffffffffff
;; run: m[0]=6 -> ret 1, m[0]=3, m[1]=3

; A shifted number has 63 bits, which a mask keeps or does not.
(defmap m :type :array :key u32 :value u64 :max-entries 2)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (>> (getmap m 0) 1)))
    (setf (getmap m 0) (logand x 31) (getmap m 1) (logand x #x7fffffffffffffff)))
  1)
