; A function that is given a map's value with a lock reads and sets the other fields.
;; run: mark=3, m[0]=#(0 0 0 0 5 0 0 0) -> ret 1, out[0]=5, m[0]=#(0 0 0 0 8 0 0 0)
(defstruct counter (lock bpf-spin-lock) (count u32))
(defmap m :type :array :key u32 :value counter :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defun count-of ((c (ptr counter))) :returns u32 (counter-count c))
(defun more ((c (ptr counter)) (by u32)) :returns u32
  (setf (counter-count c) (+ (count-of c) by)))
(defprog p (:section "cgroup_skb/egress")
  (when-let ((c (map-lookup m 0)))
    (setf (getmap out 0) (count-of c))
    (more c (ctx mark)))
  1)
