;; run: o[0]=0x100000000 -> o[1]=0x100000001

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (ctx tstamp) (+ 1 (getmap o 0)))
  (setf (getmap o 1) (ctx tstamp))
  1)
