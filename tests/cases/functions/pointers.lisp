; A function is built for each kind of memory that it is called with.
;; run: st[0]=#(5 0 0 0 0 0 0 0 7) -> ret 1, out[0]=12, out[1]=30, out[2]=1, st[0]=#(6 0 0 0 0 0 0 0 7)

(defstruct pair (a u64) (b u32))
(defmap st :type :array :key u32 :value pair :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 3)
(defvar totals pair)

(defun sum ((p (ptr pair))) (+ (pair-a p) (pair-b p)))
(defun count ((p (ptr pair))) (incf (pair-a p)))
(defun maybe ((p (nullable (ptr pair)))) (if p (pair-a p) 1))
(defun find ((k u32)) :returns (nullable (ptr pair)) (map-lookup st k))

(defprog pointers (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((own (make-pair :a 10 :b 20)))
    (setf (getmap out 1) (sum own)))
  (when-let ((p (find 0)))
    (setf (getmap out 0) (sum p))
    (count p))
  (count totals)
  (setf (getmap out 2) (maybe nil))
  (maybe (find 7))
  1)
