;; error: E0103 @ 6:3
(defmacro inner (x) `(+ ,x oops))
(defmacro outer (x) `(* 2 (inner ,x)))

(defprog p (:section "cgroup_skb/egress")
  (outer 4)
  1)
