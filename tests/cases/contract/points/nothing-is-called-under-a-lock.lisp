;; error: E0408 @ 12:40
;; error: E0408 @ 13:40
;; error: E0408 @ 15:40
; Inside with-spin-lock nothing may be called: no helper, no function, no form that is one.
(defstruct counter (lock bpf-spin-lock) (count u32))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 1)
(defun outside ((x u64)) :returns u64 x)
(defun inlined ((x u64)) :returns u64 :inline t (+ x 1))
(defprog p (:section "cgroup_skb/egress")
  (when-let (c (map-lookup m 0))
    (with-spin-lock ((counter-lock c)) (ktime-get-ns))
    (with-spin-lock ((counter-lock c)) (outside 1))
    (with-spin-lock ((counter-lock c)) (setf (counter-count c) (u32 (inlined 1))))
    (with-spin-lock ((counter-lock c)) (getmap o 0)))
  1)
