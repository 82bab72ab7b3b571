;; error: E0401 @ 7:11
;; error: E0401 @ 12:80
; Which of two pointers is first says nothing where one is null.
(defprog p (:section "classifier")
  (skb-pull-data (ctx-ptr) 40)
  (let* ((data (ctx data)) (end (when (> (ctx len) 5) (ctx data-end))))
    (when (> (+ data 20) end) (return TC_ACT_OK))
    (if (= (load u8 data 9) 6) TC_ACT_SHOT TC_ACT_OK)))

(defprog q (:section "classifier")
  (skb-pull-data (ctx-ptr) 40)
  (let* ((data (ctx data)) (end (when (> (ctx len) 5) (ctx data-end))) (inside (<= (+ data 20) end)))
    (if inside TC_ACT_SHOT TC_ACT_OK)))
