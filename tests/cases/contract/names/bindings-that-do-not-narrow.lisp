;; error: E0203 @ 11:22
;; error: E0103 @ 14:67
; In the other branch, and after the form, nothing is narrowed or bound.
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defprog p (:section "cgroup_skb/egress")
  (let ((q (map-lookup m 1)))
    (if-let ((p q)) (setf n (deref q)) (setf n (deref q)))
    (when-let ((p q) (r (map-lookup m 2))) (setf n (deref r)))
    (setf n (deref q))
    (when-let ((x u8 300)) (setf n x)))
  1)
(defprog q (:section "cgroup_skb/egress")
  (if-let ((p (map-lookup m 1)) (k (deref p))) (setf n k) (setf n k))
  1)
