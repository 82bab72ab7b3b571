; Functions that the verifier proves by themselves: for any numbers, and for memory that may not be there. What they
; return is any number to their callers, for they may be replaced.
;; run: mark=7 -> ret 1, out[0]=1, out[1]=2, out[2]=5, out[3]=-3, mark=8
;; run: mark=2 -> ret 0, out[0]=2, out[1]=2, out[2]=5, out[3]=-3, mark=8
;; emit asm
(defstruct pair (a u32) (b i16))
(defmap out :type :array :key u32 :value i64 :max-entries 4)
(defmap pairs :type :array :key u32 :value pair :max-entries 1)

(defun larger ((n u32) (p (nullable (ptr pair)))) :returns u8 :global t
  (if (and p (> n (pair-a p))) 1 2))

(defun fill ((p (nullable (ptr pair))) (b i16)) :global t
  (when p (setf (pair-a p) 5 (pair-b p) b))
  0)

(defun next-mark ((c ctx)) :global t :returns u32
  (+ 1 (logand 7 (ctx len))))

(defprog p (:section "cgroup_skb/egress")
  (let ((own (make-pair :a 3)))
    (setf (getmap out 0) (larger (ctx mark) own))
    (setf (getmap out 1) (larger 9 nil))
    (when-let ((v (map-lookup pairs 0)))
      (fill v -3)
      (setf (getmap out 2) (pair-a v) (getmap out 3) (pair-b v)))
    (let ((len (next-mark (ctx-ptr)))) (setf (ctx mark) (if (> len 0) 8 9)))
    (if (= (getmap out 0) 1) 1 0)))
