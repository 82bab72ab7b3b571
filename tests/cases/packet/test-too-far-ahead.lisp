; The verifier learns nothing from a test of a pointer that may be further than 65535 bytes from the start.
;; error: E0402 @ 8:22
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (let ((d (ctx data)) (e (ctx data-end)) (c u64 0))
    (loop for i from 2 below (ctx len) by 2 :max 32
          do (when (> (+ d i #xffff) e) (break))
             (incf c (load u8 (+ d i))))
    (setf (getmap out 0) c)
    1))
