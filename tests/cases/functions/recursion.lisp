;; error: E0114 @ 4:42
;; error: E0114 @ 6:26

(defun factorial ((n u64)) (if n (* n    (factorial (- n 1))) 1))
(defun even ((n u64)) (if (= n 0) 1 (odd (- n 1))))
(defun odd ((n u64)) (if (even (- n 1)) 0 1))

(defprog endless (:type :cgroup-skb :section "cgroup_skb/egress")
  (factorial 5)
  (even 6)
  1)
