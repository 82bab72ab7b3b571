; The result's bounds are known where it is used, as the verifier knows them.
;; run: in[0]=77 -> ret 1, out[5]=1

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 8)
(defmap slots :type :array :key u32 :value (array u64 8) :max-entries 1)

(defun bucket ((x u64)) (logand x 7))
(defun verdict ((x u64)) (> x 3))

(defprog ranges (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((all (map-lookup slots 0)))
    (incf (aref all (bucket (getmap in 0)))))
  (incf (getmap out (u32 (bucket (getmap in 0)))))
  (verdict (getmap in 0)))
