; A parameter of whatever region; through one that is not known, incf is atomic.
;; run: m[0]=1 -> ret 1, m[0]=2, o=5
(defmap m :type :array :key u32 :value u64 :max-entries 1)
(defvar o u64)
(defun bump ((p (ptr u64))) :returns u64
  "One more."
  (incf (deref p)))
(defprog p (:section "cgroup_skb/egress")
  (let ((local u64 2))
    (when-let ((v (map-lookup m 0))) (setf o (bump v)))
    (incf o (bump (stack-addr local))))
  1)
