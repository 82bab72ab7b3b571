;; run: o[0]=2 -> slots=#(0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5), o[1]=5
;; run: o[0]=7 -> o[1]=0

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar slots (array u64 4))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((i (getmap o 0)))
    (when (< i 4)
      (incf (aref slots i) 5))
    (setf (getmap o 1) (aref slots (logand i 3))))
  1)
