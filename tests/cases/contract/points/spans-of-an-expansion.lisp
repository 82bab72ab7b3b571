;; error: E0401 @ 9:3
; An error in an expansion points at the user's call, with the macro's form as a label.
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmacro unsafe-bump (key)
  `(incf (deref (map-lookup h ,key))))
(defmacro twice-removed (key)
  `(progn (unsafe-bump ,key) 1))
(defprog p (:section "cgroup_skb/egress")
  (twice-removed 5)
  1)
