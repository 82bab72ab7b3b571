; Structs, macros and maps of one name do not meet; local names shadow freely.
;; run: -> ret 1, flow[0]=6, o=11
(defstruct flow (n u32))
(defmap flow :type :array :key u32 :value u64 :max-entries 1)
(defvar o u64)
(defmacro twice (x) `(+ ,x ,x))
(defprog p (:section "cgroup_skb/egress")
  (let ((flow (make-flow :n 3)) (twice 5))
    (macrolet ((flow-up () '(incf (flow-n flow) 3)))
      (flow-up))
    (setf o (+ twice (flow-n flow))))
  (setf (getmap flow 0) 6)
  1)
