;; error: E0404 @ 13:5

(defun grow ((c ctx)) (skb-change-tail (ctx-ptr) 100 0))
(defun harmless ((x u32)) (+ x 1))

(defprog stale (:type :tc :section "classifier")
  (let ((data (ctx data)))
    (when (> (+ data 14) (ctx data-end)) (return TC_ACT_OK))
    (load u8 data 0)
    (harmless 1)
    (load u8 data 1)
    (grow (ctx-ptr))
    (load u8 data 2))
  TC_ACT_OK)
