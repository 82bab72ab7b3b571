;; error: E0205 @ 13:5
;; error: E0205 @ 14:5
;; error: E0205 @ 19:3
;; error: E0205 @ 20:3
; incf on a narrower shared place is an error that offers both ways out; on one of the stack or per CPU it is not.
(defstruct counts (small u8) (mid u16) (full u32))
(defmap shared :type :array :key u32 :value counts :max-entries 1)
(defmap own :type :percpu-array :key u32 :value counts :max-entries 1)
(defmap bytes :type :hash :key u32 :value u8 :max-entries 1)
(defvar g u16)
(defprog p (:section "cgroup_skb/egress")
  (when-let ((s (map-lookup shared 0)) (o (map-lookup own 0)))
    (incf (counts-small s))
    (decf (counts-mid s) 2)
    (incf (counts-full s))
    (incf (counts-small o))
    (decf (counts-mid o)))
  (let ((l (make-counts))) (incf (counts-small l)) (decf (counts-mid l)))
  (incf g)
  (incf (getmap bytes 1))
  1)
