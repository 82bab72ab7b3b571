;; run: mark=7 -> ret 1, seen[7]=1, last[0]=7
;; run: mark=7, seen[7]=10 -> ret 1, seen[7]=11
;; run: mark=8, seen[8]=2 -> ret 1, seen[8]=none, last[0]=8

(in-package #:whistler-user)
(defmap seen :type :hash :key-size 4 :value-size 8 :max-entries 64)
(defmap last :type :array :key-size 4 :value-size 4 :max-entries 1)

(defprog places (:section "cgroup_skb/egress")
  (let ((m (ctx mark)))
    (setf (getmap last 0) m)
    (cond ((= (getmap seen m) 2) (remmap seen m))
          ((zerop (getmap seen m)) (setf (getmap seen m) 1))
          (t (incf (getmap seen m)))))
  1)
