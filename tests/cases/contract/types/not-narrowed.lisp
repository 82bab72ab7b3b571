;; error: E0401 @ 13:26
;; error: E0401 @ 14:31
;; error: E0401 @ 15:30
;; error: E0401 @ 18:15
;; error: E0401 @ 24:17
;; error: E0401 @ 30:21
;; error: E0401 @ 32:5
; What a test does not show, on the other branch, after an assignment, in the next round.
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defprog p (:section "cgroup_skb/egress")
  (let ((a (map-lookup m 1)) (b (map-lookup m 2)))
    (if (or a b) (setf n (deref a)))
    (if (and a b) nil (setf n (deref b)))
    (cond (a nil) (t (setf n (deref a))))
    (when a
      (setf a (map-lookup m 2))
      (setf n (deref a))))
  1)
(defprog q (:section "cgroup_skb/egress")
  (let ((a (map-lookup m 1)))
    (when a
      (dotimes (i 3)
        (setf n (deref a))
        (setf a (map-lookup m (u32 i))))))
  1)
(defprog r (:section "cgroup_skb/egress")
  (let ((a (map-lookup m 1)) (b a))
    (setf a (map-lookup m 2))
    (when b (setf n (deref a)))
    (unless (not (and b (= n 1))) (setf n (deref b)))
    (incf (deref b))
    (atomic-add b 1))
  1)
