;; error: E0201 @ 8:35

(defmap seen :type :task-storage :key u32 :value u64)

(defprog ok (:type :sched-cls :section "classifier")
  (let ((n (task-storage-get seen (get-current-task-btf) 0 1))) (when n (incf (deref n))) 0))
(defprog no (:type :sched-cls :section "classifier")
  (let ((n (task-storage-get seen (ctx-ptr)))) 0))
