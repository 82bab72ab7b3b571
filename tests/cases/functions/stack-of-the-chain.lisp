;; error: E0501 @ 6:11

(defstruct big (a (array u64 30)))
(defun inner ((x u64)) (let ((b (make-big))) (setf (big-a b 0) x) (big-a b 0)))
(defun outer ((x u64)) (let ((b (make-big))) (setf (big-a b 0) x)
  (+ (i64 (inner x)) (i64 (big-a b 0)))))

(defprog chain (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((b (make-big)))
    (setf (big-a b 1) (u64 (outer 1))))
  1)
