;; run a: -> ret 1
;; run b: -> ret 1
;; run c: -> ret 1
;; run d: -> ret 1
;; run e: -> ret 1
;; run f: -> ret 1
;; run g: -> ret 1
;; run h: -> ret 1
;; run i: -> ret 1
;; run j: -> ret 1
;; run k: -> ret 1
;; run l: -> ret 1
;; run m: -> ret 1
;; run n: -> ret 1
;; run o: -> ret 1
;; run p: -> ret 1

; Whatever a form would do with a value that never comes is not done.
(defprog a (:section "cgroup_skb/egress")
  (when (> (return 1) 0) (return 3))
  0)
(defprog b (:section "cgroup_skb/egress")
  (let ((x (+ 1 (return 1)))) (return 3))
  0)
(defprog c (:section "cgroup_skb/egress")
  (if (not (return 1)) 2 3))
(defprog d (:section "cgroup_skb/egress")
  (if (and (return 1) 1) 2 3))
(defprog e (:section "cgroup_skb/egress")
  (u32 (- (return 1))))
(defprog f (:section "cgroup_skb/egress")
  (u32 (max 2 (return 1))))
(defprog g (:section "cgroup_skb/egress")
  (u32 (ntohs (return 1))))
(defprog h (:section "cgroup_skb/egress")
  (= (return 1) 1))
(defprog i (:section "cgroup_skb/egress")
  (if (= 1 2 (return 1)) 2 3))
(defprog j (:section "cgroup_skb/egress")
  (case (return 1) (1 2) (t 3)))
(defprog k (:section "cgroup_skb/egress")
  (if (zerop (return 1)) 2 3))
(defprog l (:section "cgroup_skb/egress")
  (let ((x u32 (return 1))) x))
(defprog m (:section "cgroup_skb/egress")
  (let ((x u32 5)) (setf x (return 1)) x))
(defprog n (:section "cgroup_skb/egress")
  (let ((x u32 5)) (incf x (return 1)) x))
(defprog o (:section "cgroup_skb/egress")
  (if (/= 1 (return 1)) 2 3))
(defprog p (:section "cgroup_skb/egress")
  (if (< (return 1) (return 2)) 2 3))
