;; error: E0105 @ 8:8
;; error: E0105 @ 10:9
;; error: E0105 @ 12:10
;; error: E0105 @ 14:9
;; error: E0105 @ 16:8
; Maps, programs, functions and globals share one namespace after - became _; the second is the error, the first a label.
(defmap one-thing :type :array :key u32 :value u64 :max-entries 1)
(defun one_thing () :returns u64 1)
(defun two () :returns u64 2)
(defvar two u64)
(defvar three-things u64)
(defprog three_things (:section "cgroup_skb/egress") 1)
(defprog four (:section "cgroup_skb/egress") 1)
(defmap FOUR :type :array :key u32 :value u64 :max-entries 1)
(defprog two-again (:section "cgroup_skb/egress") 1)
(defun two_again () :returns u64 2)
