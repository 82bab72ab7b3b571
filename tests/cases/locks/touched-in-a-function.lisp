; The bytes of a lock are touched in what a function calls: said at the call of the program's.
;; error: E0408 @ 9:5
(defstruct counter (count u32) (lock bpf-spin-lock))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defun second-word ((c (ptr counter))) :returns u32 (load u32 c 4))
(defun both ((c (ptr counter))) :returns u32 (+ (counter-count c) (second-word c)))
(defprog p (:section "cgroup_skb/egress")
  (when-let ((c (map-lookup m 0)))
    (both c))
  1)
