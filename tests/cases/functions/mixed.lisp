; Functions, callbacks, inlining and early returns together.
;; run: in[0]=3 -> ret 1, out[0]=33, out[1]=6, out[2]=2, out[3]=100
;; run: in[0]=200 -> ret 0, out[0]=2200, out[1]=0, out[2]=0, out[3]=0

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defstruct pair (a u64) (b u32))

(defun eleven-times ((x u64)) :inline t
  (block done
    (when (= x 0) (return-from done 0))
    (return (* 11 x))))

(defun sum-to ((n u64)) :returns u64
  (let ((sum 0))
    (bpf-loop (i 1000)
      (when (> i n) (break))
      (incf sum i))
    sum))

(defun halves ((p (ptr pair)) (by u64))
  (while (> (pair-a p) by) :max 10
    (setf (pair-a p) (/ (pair-a p) 2))
    (incf (pair-b p)))
  (pair-b p))

(defun guarded ((x u64))
  (when (> x 100) (return (nullable-of x)))
  (map-lookup in 0))
(defun nullable-of ((x u64)) (map-lookup in (u32 x)))

(defprog mixed (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0)))
    (setf (getmap out 0) (eleven-times x))
    (unless (guarded x) (return 0))
    (setf (getmap out 1) (sum-to x))
    (let ((p (make-pair :a 10)))
      (setf (getmap out 2) (halves p x)))
    (when-let ((p (guarded x)))
      (when (= (deref p) 3) (setf (getmap out 3) 100))))
  1)
