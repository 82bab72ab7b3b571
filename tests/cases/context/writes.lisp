;; run: mark=7, cb[2]=4, o[0]=0x100000000 -> mark=8, priority=5, cb[0]=1, cb[1]=2, cb[2]=7

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx mark) (+ (ctx mark) 1))
  (setf (ctx priority) 5)
  (setf (ctx cb 0) 1 (ctx cb 1) 2)
  (incf (ctx cb 2) 3)
  (setf (ctx mark) (+ (ctx mark) (getmap o 0)))
  1)
