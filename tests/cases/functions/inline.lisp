; Inlined functions take any number of arguments and may give pointers to the stack.
;; run: in[0]=4 -> ret 1, out[0]=21, out[1]=40
;; emit opt

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)
(defstruct pair (a u64) (b u64))

(defun add-six ((a u64) (b u64) (c u64) (d u64) (e u64) (f u64)) :inline t
  (return (+ a b c d e f)))
(defun pair-of ((x u64)) :inline t
  (make-pair :a x :b (* 10 x)))

(defprog inlined (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (add-six 1 2 3 4 5 6))
  (setf (getmap out 1) (pair-b (pair-of (getmap in 0))))
  1)
