;; error: E0307 @ 7:10
;; error: E0307 @ 9:14
;; error: E0307 @ 10:10
; Two bytes in a field of four: of the others the kernel makes up what is read.
(defprog p (:type :tc)
  (when (= (ctx u16 16) (htons ETH_P_IP)) (return TC_ACT_OK))
  (if (= (ctx u16 18) 0) TC_ACT_OK TC_ACT_SHOT))
(defprog q (:section "cgroup/connect4")
  (setf (ctx u16 24) (htons 80))
  (if (= (ctx u8 27) 0) 1 0))
