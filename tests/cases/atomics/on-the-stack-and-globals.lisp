;; run: g=5 -> ret 1, out[0]=5, out[1]=1, out[2]=9, g=5

(defmap out :type :array :key u32 :value u64 :max-entries 3)
(defvar g u64)

(defun bump ((p (ptr u64))) (atomic-cmpxchg p 5 8))

(defprog places (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x 1))
    (setf (getmap out 0) (if (= g 5) 5 0))
    (setf (getmap out 1) (atomic-xchg (stack-addr x) 9))
    (setf (getmap out 2) x)
    (let ((old 5)) (bump (stack-addr old))))
  1)
