;; error: E0401 @ 7:22
;; error: E0401 @ 8:23
;; error: E0401 @ 9:12
; (p (ptr T) init) with an init that may be null is an error, however it is bound.
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (let ((p (ptr u64) (map-lookup h 1))) (incf (deref p)))
  (let* ((q (ptr u64) (map-lookup h 1))) (incf (deref q)))
  (let ((q (map-lookup h 1))) (declare (type (ptr u64) q)) (incf (deref q)))
  1)
