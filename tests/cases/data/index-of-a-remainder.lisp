;; run: mark=12 -> ret 1, out[0]=5, out[1]=2
;; run: mark=20 -> ret 1, out[0]=6, out[1]=0

; The verifier knows nothing of what a division gives, and learns of it where it is tested.
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defvar few (array u8 6))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((k (mod (ctx mark) 7)) (h (/ (ctx mark) 5)))
    (setf (getmap out 0) k (getmap out 1) 0)
    (when (< k 6)
      (setf (aref few k) 2)
      (when (< h 6) (setf (aref few h) 2))
      (setf (getmap out 1) (aref few k))))
  1)
