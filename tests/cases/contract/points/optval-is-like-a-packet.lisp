; optval is proven against optval-end, by any comparison; (+ p n) counts bytes and keeps the rest of the bound.
;; perfmon: pointer
(defprog q (:section "cgroup/setsockopt")
  (let* ((optval (ctx optval)) (end (ctx optval-end)) (i (logand (ctx level) 3)))
    (when (> (+ optval 8) end) (return 1))
    (store u32 (+ optval 4) 1)
    (let ((p (+ optval 2))) (store u16 p 2) (load u8 (+ p 5)) (load u8 p 5))
    (let ((at (+ optval i))) (if (and (<= (+ at 1) end) (= (load u8 at) 7)) 0 1))))
(defprog r (:section "cgroup/getsockopt")
  (let ((optval (ctx optval)))
    (if (<= (+ optval 1) (ctx optval-end)) (if (load u8 optval) 1 0) 1)))
