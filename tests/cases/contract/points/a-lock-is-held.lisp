; The lock of a map value around plain reads and writes; its value is the body's.
;; run: -> ret 1, o=12
(defstruct counter (lock bpf-spin-lock) (count u32) (total u64))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defvar o u64)
(defprog p (:section "cgroup_skb/egress")
  (when-let (c (map-lookup m 0))
    (setf o (with-spin-lock ((counter-lock c))
              (incf (counter-count c) 5)
              (setf (counter-total c) (+ (counter-count c) 2))))
    (with-spin-lock ((counter-lock c)) (setf (counter-count c) (u32 o)))
    (incf o (counter-count c))
    (decf o 2))
  1)
