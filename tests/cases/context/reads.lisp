;; run: len=80, mark=7, cb[4]=9 -> ret 1, o[0]=80, o[1]=0x800, o[2]=7, o[3]=9, o[4]=1

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 (ctx len)))
  (setf (getmap o 1) (u64 (ntohs (ctx protocol))))
  (setf (getmap o 2) (u64 (ctx mark)))
  (setf (getmap o 3) (u64 (ctx cb 4)))
  (setf (getmap o 4) (u64 (= (ntohs (ctx protocol)) ETH_P_IP)))
  1)
