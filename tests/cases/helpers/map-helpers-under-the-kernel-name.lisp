;; run: -> ret 1, o[0]=0, o[1]=8

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 (map-update-elem o 1 7 0)))
  (when-let ((p (map-lookup-elem o 1))) (incf (deref p)))
  1)
