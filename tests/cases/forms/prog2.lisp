;; run: -> ret 1, out[0]=2, out[1]=1

(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defprog second (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((n 0))
    (setf (getmap out 0) (prog2 (incf n) (+ n 1) (setf (getmap out 1) n))))
  1)
