;; error: E0501 @ 5:32
; The stack limit points at the object that goes over, with a table of what takes the space.
(defstruct half (bytes (array u8 300)))
(defprog p (:section "cgroup_skb/egress")
  (let ((one (make-half)) (two (make-half)) (i (logand (ctx mark) 255)))
    (setf (half-bytes one i) 1 (half-bytes two i) 1)
    (if (= (half-bytes one 2) (half-bytes two 1)) 1 0)))
