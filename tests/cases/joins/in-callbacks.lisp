; What `or` gives is not null when its last is not, in callbacks too.
;; run: -> ret 45
(defstruct cnt (n u64) (m u64))
(defmap ms :type :hash :key u32 :value cnt :max-entries 16)
(defprog p (:type :xdp)
  (let* ((l (make-cnt)) (q (or (map-lookup ms 1) l)))
    (bpf-loop (i 10) (incf (cnt-n q) i))
    (u32 (cnt-n l))))
