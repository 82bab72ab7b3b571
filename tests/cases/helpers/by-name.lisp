;; varies
;; run: -> ret 1, o[0]=1, o[1]=1

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 (> (ktime-get-ns) 0)))
  (setf (getmap o 1) (u64 (< (get_smp_processor_id) 4096)))
  (setf (getmap o 2) (u64 (/= 0 (GET-PRANDOM-U32))))
  (get-socket-cookie (ctx-ptr))
  (jiffies64)
  1)
