;; perfmon: pointer
;; run: mark=0, few[0]=#(7 0 0 0 0 0) -> ret 1, o[0]=7
;; run: mark=3, few[0]=#(7 0 9 0 0 0) -> ret 1, o[0]=9

; The verifier forgets that a 32-bit division clears the upper half of a register: it is shown also where what divides is
; one of several ways.
(defmap few :type :array :key u32 :value (array u8 6) :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((k (block b (when (ctx mark) (return-from b 2)) (mod (ctx mark) 7))))
    (when-let ((few (map-lookup few 0)))
      (when (< k 6) (setf (getmap o 0) (u64 (aref few k))))))
  1)
