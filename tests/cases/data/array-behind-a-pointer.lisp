;; run: m[1]=#(1 0 0 0 2 0 0 0 3 0 0 0 4 0 0 0) -> ret 1, m[1]=#(1 0 0 0 9 0 0 0 4 0 0 0 4 0 0 0)

; `(deref p)` names the array that p points to.
(defmap m :type :hash :key u32 :value (array u32 4) :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 1)))
    (setf (aref (deref p) 1) 9)
    (incf (aref (deref p) (logand (ctx mark) 0 3)) (- (aref (deref p) 3) 4))
    (setf (aref p 2) (aref (deref p) 3)))
  1)
