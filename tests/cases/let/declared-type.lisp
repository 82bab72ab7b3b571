;; run: -> ret 1, out[0]=44

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (let ((a (+ (getmap out 1) 300))) (declare (type u8 a)) a)))
  1)
