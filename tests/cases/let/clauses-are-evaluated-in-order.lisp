;; run: -> ret 1, out[0]=23

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (let ((i 1)) (let ((a (incf i)) (b (incf i))) (+ (* 10 a) b)))))
  1)
