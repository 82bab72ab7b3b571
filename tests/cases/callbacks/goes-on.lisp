;; error: E0310 @ 6:33
;; error: E0310 @ 8:19
; What is called back comes back.
(defmap next :type :prog-array :max-entries 4)
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defun onward ((c ctx) (i u32)) (tail-call next i) 0)
(defprog p (:type :tc)
  (bpf-loop (i 3) (tail-call next 0))
  TC_ACT_OK)
(defprog q (:type :tc)
  (do-map (k v m) (when (= (deref v) 3) (onward (ctx-ptr) 1)))
  TC_ACT_OK)
(defprog r (:type :tc)
  (let ((found u32 4))
    (do-map (k v m) (when (= (deref v) 3) (setf found 1)))
    (tail-call next found))
  TC_ACT_OK)
