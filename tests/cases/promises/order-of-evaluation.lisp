; Left to right, a place's own forms before the value.
;; run: -> ret 1, trace=0x1234, o[1]=4
(defvar trace u64)
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defun note ((n u64)) :returns u64
  (setf trace (+ (* trace 16) n))
  n)
(defprog p (:section "cgroup_skb/egress")
  (setf (getmap o (u32 (note 1))) (+ (note 2) (- (note 3) 1)))
  (when (and (> (note 4) 5) (> (note 5) 0)) (note 6))
  1)
