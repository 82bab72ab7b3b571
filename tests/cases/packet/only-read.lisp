; Hooks that only look at the packet do not change it, in functions neither; those that may, may.
;; error: E0112 @ 9:5
;; error: E0112 @ 14:5
(defun clear ((data packet) (end packet-end))
  (when (<= (+ data 1) end) (store u8 data 0 0)))
(defprog writes (:section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 4) end) (return 1))
    (store u8 data 0 1)
    1))
(defun twice ((data packet) (end packet-end)) (clear data end) (clear data end))
(defprog calls (:section "cgroup_skb/egress")
  (let ((data (ctx data)) (end (ctx data-end)))
    (twice data end)
    1))
(defprog changes (:type :tc)
  (let ((data (ctx data)) (end (ctx data-end)))
    (twice data end)
    TC_ACT_OK))
