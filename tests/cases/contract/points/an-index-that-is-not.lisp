;; error: E0402 @ 16:5
;; error: E0402 @ 17:5
;; error: E0402 @ 18:39
;; error: E0402 @ 19:34
;; error: E0402 @ 20:55
;; error: E0402 @ 21:21
;; error: E0402 @ 25:5
;; error: E0402 @ 26:33
; Without one it is an error in each region, with both ways out.
(defstruct row (bytes (array u8 16)))
(defmap rows :type :array :key u32 :value row :max-entries 1)
(defmap events :type :ringbuf :max-entries 4096)
(defvar table (array u32 16))
(defprog p (:section "cgroup_skb/egress")
  (let ((i (ctx mark)) (own (make-row)) (data (ctx data)))
    (setf (aref table i) 8)
    (setf (row-bytes own i) 1)
    (when-let (r (map-lookup rows 0)) (setf (row-bytes r i) 2))
    (with-ringbuf (e events row) (setf (row-bytes e i) 3))
    (when (<= (+ data 16) (ctx data-end)) (return (if (load u8 (+ data i) 0) 1 0)))
    (when (<= i 16) (setf (aref table i) 8)))
  1)
(defprog q (:section "cgroup/setsockopt")
  (let ((optval (ctx optval)) (end (ctx optval-end)))
    (load u8 optval 0)
    (when (<= (+ optval 4) end) (load u8 optval 4)))
  1)
