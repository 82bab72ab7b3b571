;; run: o[1]=-1 -> o[0]=3, o[2]=0x7fffffffffffffff, o[3]=7

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (logand (getmap o 1) 3))
  (setf (getmap o 2) (logand (getmap o 1) #x7fffffffffffffff))
  (setf (getmap o 3) (mod (getmap o 1) 8))
  1)
