;; run: -> ret 2, o[0]=1

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) 1)
  (return 2)
  (setf (getmap o 0) 5)
  1)
