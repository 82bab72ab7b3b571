;; run: -> ret 1, out[0]=2

(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defstruct big (a (array u64 27)))
(defun inner ((x u64)) (let ((b (make-big))) (setf (big-a b 0) x) (big-a b 0)))

(defprog chain (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((b (make-big)))
    (setf (big-a b 1) (+ 1 (inner 1)))
    (setf (getmap out 0) (big-a b 1)))
  1)
