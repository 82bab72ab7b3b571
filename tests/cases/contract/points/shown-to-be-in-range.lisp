; What counts as shown to be inside 0 and 1.
;; run constant: -> ret 1
;; run comparison: mark=3 -> ret 1
;; run comparison: mark=2 -> ret 0
;; run arms: mark=1 -> ret 1
;; run arms: mark=0 -> ret 0
;; run clauses: mark=1 -> ret 0
;; run clauses: mark=5 -> ret 1
;; run keys: mark=8 -> ret 1
;; run keys: mark=9 -> ret 0
;; run masked: mark=7 -> ret 1
;; run shifted: mark=0x80000001 -> ret 1
;; run least: mark=9 -> ret 1
;; run least: mark=0 -> ret 0
;; run remainder: mark=7 -> ret 1
;; run without-else: mark=3 -> ret 1
;; run without-else: mark=2 -> ret 0
;; run without-otherwise: mark=2 -> ret 0
;; run variable: mark=3 -> ret 1
;; run joined: mark=3 -> ret 1
;; run joined: mark=4 -> ret 0
;; run early: mark=3 -> ret 0
;; run early: mark=4 -> ret 1
(defprog constant (:section "cgroup_skb/ingress") 1)
(defprog comparison (:section "cgroup_skb/ingress") (= (ctx mark) 3))
(defprog arms (:section "cgroup_skb/ingress") (if (= (ctx mark) 1) 1 0))
(defprog clauses (:section "cgroup_skb/ingress") (cond ((= (ctx mark) 1) 0) ((= (ctx mark) 2) 0) (t 1)))
(defprog keys (:section "cgroup_skb/ingress") (case (ctx mark) ((7 8) 1) (otherwise 0)))
(defprog masked (:section "cgroup_skb/ingress") (logand (ctx mark) 1))
(defprog shifted (:section "cgroup_skb/ingress") (>> (ctx mark) 31))
(defprog least (:section "cgroup_skb/ingress") (min (ctx mark) 1))
(defprog remainder (:section "cgroup_skb/ingress") (mod (ctx mark) 2))
(defprog without-else (:section "cgroup_skb/ingress") (if (= (ctx mark) 3) 1))
(defprog without-otherwise (:section "cgroup_skb/ingress") (case (ctx mark) (1 1)))
(defprog variable (:section "cgroup_skb/ingress") (let ((x (= (ctx mark) 3))) x))
(defprog joined (:section "cgroup_skb/ingress") (and (= (ctx mark) 3) (not (= (ctx len) 0))))
(defprog early (:section "cgroup_skb/ingress") (when (= (ctx mark) 3) (return nil)) t)
