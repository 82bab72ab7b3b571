;; run: -> ret 1, out[0]=1

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (let ((a 1)) (let ((a 2)) (setf a 3)) a)))
  1)
