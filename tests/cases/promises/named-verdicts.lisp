;; warning: E0309 @ 5:25
;; warning: E0309 @ 6:50

; A constant that is none of the verdicts is only a warning where the kernel has no range.
(defprog a (:type :xdp) (return 9))
(defprog b (:section "classifier") (if (ctx len) 77 TC_ACT_OK))
(defprog c (:type :xdp) XDP_TX)
