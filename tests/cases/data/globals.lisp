;; run: -> count=3, limit=11, o[0]=12, table=#(0 0 12 0)
;; run: count=40, limit=100 -> count=43, limit=100, o[0]=101

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defvar count u64)
(defvar limit u32 10)
(defglobal table (array u16 4))
(defvar step u64 3 :section :rodata)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf count step)
  (when (< limit 20) (incf limit))
  (setf (aref table 1) (+ limit 1))
  (setf (getmap o 0) (u64 (aref table 1)))
  1)
