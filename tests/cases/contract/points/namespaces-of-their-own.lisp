; Structs, unions, enums and macros have their own names; local ones shadow freely.
;; run: -> ret 1, thing=21, word=3
(defstruct thing (a u32))
(defunion word (a u32) (b u64))
(defvar thing u64)
(defvar word u64)
(defenum four (one-of 3))
(defmacro plus-one (x) `(+ ,x 1))
(defvar plus-one u64 1)
(defprog four (:section "cgroup_skb/egress")
  (let ((v (make-thing :a 20)))
    (setf thing (u64 (plus-one (thing-a v))) word one-of))
  1)
