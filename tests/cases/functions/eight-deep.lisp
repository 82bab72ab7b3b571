;; run: -> ret 1, out[0]=186

(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defun f1 ((x u64)) (+ (f2 x) 1))
(defun f2 ((x u64)) (+ (f3 x) 1))
(defun f3 ((x u64)) (+ (f4 x) 1))
(defun f4 ((x u64)) (+ (f5 x) 1))
(defun f5 ((x u64)) (+ (f6 x) 1))
(defun f6 ((x u64)) (+ (f7 x) 1))
(defun f7 ((x u64)) (* x 3))

(defprog deep (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (f1 (ctx len)))
  1)
