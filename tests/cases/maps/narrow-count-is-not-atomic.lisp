;; error: E0205 @ 8:3
;; error: E0205 @ 9:3
;; error: E0205 @ 11:5

(defmap s :type :hash :key u32 :value u16 :max-entries 16)
(defmap b :type :array :key u32 :value u8 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap s 0))
  (decf (getmap b 0))
  (when-let ((p (map-lookup s 0)))
    (incf (deref p)))
  (setf (getmap s 0) (+ 1 (getmap s 0)))
  1)
