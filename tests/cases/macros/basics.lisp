;; run: -> ret 1
;; emit expand

(defmacro with-default ((name form default) &body body)
  `(let ((,name (or ,form ,default))) ,@body))

(defmacro unrolled-sum (var count form)
  `(+ ,@(loop for i below count collect `(symbol-macrolet ((,var ,i)) ,form))))

(defmacro swap (a b)
  (with-gensyms (tmp)
    `(let ((,tmp ,a)) (setf ,a ,b) (setf ,b ,tmp))))

(defmacro my-place () '(getmap m 0))
(define-symbol-macro first-count (getmap m 0))

(defmap m :type :array :key u32 :value u64 :max-entries 4)

(defprog p (:section "cgroup_skb/egress")
  (let ((tmp u32 1) (y u32 2) (ok u32 0))
    (swap tmp y)
    (when (and (= tmp 2) (= y 1)) (incf ok))
    (when (= (unrolled-sum i 4 (* i i)) 14) (incf ok 2))
    (setf (my-place) 7)
    (incf first-count)
    (when (= (my-place) 8) (incf ok 4))
    (macrolet ((twice (x) `(* 2 ,x)))
      (when (= (twice ok) 14) (incf ok 8)))
    (let ((first-count u32 3))
      (when (= first-count 3) (incf ok 16)))
    (with-default (d 0 5)
      (when (= d 5) (incf ok 32)))
    (if (= ok 63) 1 0)))
