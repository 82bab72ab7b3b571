; A loop with :max stops after that many rounds and goes on after it.
;; run: mark=5 -> ret 1, n=5, m=0, after=1
;; run: mark=500 -> ret 1, n=16, m=0, after=1
;; perfmon: loop
(defvar n u64)
(defvar m u64)
(defvar after u64)
(defprog p (:section "cgroup_skb/egress")
  (let ((left (ctx mark)))
    (while (> left 0) :max 16
      (decf left)
      (incf n)))
  (dotimes (i (ctx mark) :max 4)
    (when (= i 3) (continue))
    (when (> i 100) (incf m) (break)))
  (incf after)
  1)
