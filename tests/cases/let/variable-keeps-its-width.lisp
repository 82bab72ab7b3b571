;; run: -> ret 1, out[0]=4

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (let ((a (u8 250))) (incf a 10) a)))
  1)
