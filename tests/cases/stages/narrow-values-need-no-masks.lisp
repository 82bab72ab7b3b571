;; emit asm
;; run: n[0]=200 -> o[0]=200

(defmap n :type :array :key u32 :value u8 :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup n 0)) (q (map-lookup o 0)))
    (setf (deref q) (u64 (u32 (logand (deref p) 255)))))
  1)
