; Assigning a value known not to be null keeps a variable usable, and one that may be null needs a new test.
;; run: h[1]=10 -> ret 1, h[1]=12, o=5
(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defvar o u64 5)
(defvar other u64 5)
(defprog p (:section "cgroup_skb/egress")
  (let ((p (map-lookup h 1)) (q (map-lookup h 1)))
    (unless (and p q) (return 0))
    (setf p q)
    (incf (deref p) 2))
  1)
