;; error: E0312 @ 9:48
;; error: E0312 @ 13:35
; A program has one storage of the cgroup's of each kind.
(defmap one :type :cgroup-storage :value u64)
(defmap two :type :cgroup-storage :value u64)
(defmap three :type :percpu-cgroup-storage :value u64)
(defmap four :type :percpu-cgroup-storage :value u64)

(defun note () (incf (deref (get-local-storage four 0))))

(defprog both (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (deref (get-local-storage one 0)))
  (incf (deref (get-local-storage two 0)))
  1)
(defprog through-a-function (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (deref (get-local-storage three 0)))
  (note)
  1)
