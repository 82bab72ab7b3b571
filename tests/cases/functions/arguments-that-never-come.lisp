;; run: -> ret 1, o[0]=0

; A call whose argument returns instead of giving a value is never made.
(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defun note ((n u64)) :returns u64 (setf (getmap o 0) n) n)
(defun three ((a u64) (b u64) (c u64)) :returns u64 :inline t (+ a b c))
(defprog p (:section "cgroup_skb/egress")
  (when (> (note (three 1 2 (return 1))) 0) (setf (getmap o 0) 7))
  0)
