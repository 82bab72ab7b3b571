;; run: hits=4, mark=9 -> ret 1, hits=5, last-mark=9
;; run: limit=1, hits=4 -> ret 0, hits=5
(in-package #:whistler-user)
(defglobal hits u64 0)
(defvar limit u32 100 :section :data)
(defvar last-mark u32)
(defprog p (:section "cgroup_skb/egress")
  (incf hits)
  (setf last-mark (ctx mark))
  (if (> hits limit) 0 1))
