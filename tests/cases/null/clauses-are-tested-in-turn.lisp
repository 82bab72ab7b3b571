;; run: mark=4, m[1]=7, m[7]=3 -> ret 1, m[1]=8, m[7]=4
;; run: mark=3, m[1]=7, m[7]=3 -> ret 1, m[1]=7, m[7]=30
;; run: mark=4, m[1]=0, m[7]=3 -> ret 1, m[1]=0, m[7]=30

; Each clause of `when-let` is bound and tested before the next; the arms of `cond` and `if` may give
; pointers, and literals that stand for null.
(defmap m :type :hash :key u32 :value u64 :max-entries 4)

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let* ((b (map-lookup m 1))
         (c (cond ((= (ctx mark) 4) b) (t nil)))
         (d (if c c (if (= (ctx mark) 9) nil nil))))
    (if-let* ((p d) (v (deref p)) (q (map-lookup m v)))
      (progn (incf (deref q)) (incf (deref p)))
      (when-let ((q u64 7) (q (map-lookup m 7))) (setf (deref q) 30)))
    (when-let ((p (map-lookup m 2)) (v (deref p))) (setf (deref p) (+ v 1)))
    1))
