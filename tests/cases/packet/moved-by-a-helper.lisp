;; error: E0404 @ 7:12

(defprog p (:section "classifier")
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 20) end) (return TC_ACT_OK))
    (skb-pull-data (ctx-ptr) 40)
    (if (= (load u8 data 9) 6) TC_ACT_SHOT TC_ACT_OK)))
