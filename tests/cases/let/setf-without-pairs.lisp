;; run: -> ret 1, out[0]=7

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (let ((a 7)) (setf) a)))
  1)
