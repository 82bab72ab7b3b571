; Bounds by any comparison, in either order, in any form.
;; run: packet[19]=7 -> ret 1, n=127
;; run: len=20, packet[19]=7 -> ret 1, n=127
(defvar n u64)
(defprog p (:section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (if (<= (+ data 20) end) (incf n (/ (load u8 data 19) 7)) nil)
    (when (>= end (+ data 20)) (incf n (* 2 (/ (load u8 data 19) 7))))
    (unless (> (+ data 20) end) (incf n (* 4 (/ (load u8 data 19) 7))))
    (unless (< end (+ data 20)) (incf n (* 8 (/ (load u8 data 19) 7))))
    (when (and (<= (+ data 20) end) (= (load u8 data 19) 7)) (incf n 16))
    (cond ((> (+ data 20) end) nil)
          ((= (load u8 data 19) 7) (incf n 32)))
    (if (or (> (+ data 20) end) (/= (load u8 data 19) 7)) nil (incf n 64)))
  1)
