; In a let, only lexical variables are outer bindings: not globals, maps, functions, programs or symbol macros of the file.
;; run: -> ret 1, o=7
(defvar o u64)
(defvar limit u64 100)
(defmap table :type :array :key u32 :value u64 :max-entries 1)
(defun helper () :returns u64 1)
(defprog p (:section "cgroup_skb/egress")
  (let ((limit (u64 1)) (a limit) (table (u64 2)) (b table) (helper (u64 4)) (c helper))
    (setf o (+ a b c)))
  1)
