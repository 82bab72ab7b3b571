;; error: E0402 @ 6:27
;; error: E0402 @ 7:38
; Nothing is at the packet's end, and nothing is counted from it.

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when (> (ctx data-end) (- (ctx data-end) 20)) (return 0))
  (let ((end (ctx data-end))) (if (= (load u8 end 0) 0) 1 0)))
