; Everything that is shown to be between 0 and 1.
;; run b: mark=7 -> ret 1
;; run c: mark=3 -> ret 1
;; run d: mark=9 -> ret 1
;; run e: mark=0x80000000 -> ret 1
;; run f: mark=5 -> ret 1
;; run g: mark=2 -> ret 0
;; run g: mark=0 -> ret 1
;; run h: mark=3 -> ret 0
;; run i: -> ret 0
(defprog a (:section "cgroup/sock_create") (= (ctx mark) 1))
(defprog b (:section "cgroup_skb/ingress") (if (> (ctx mark) 5) 1 0))
(defprog c (:section "cgroup_skb/ingress") (logand (ctx mark) 1))
(defprog d (:section "cgroup_skb/ingress") (min (ctx mark) 1))
(defprog e (:section "cgroup_skb/ingress") (>> (ctx mark) 31))
(defprog f (:section "cgroup_skb/ingress") (mod (ctx mark) 2))
(defprog g (:section "cgroup_skb/ingress") (case (ctx mark) (0 1) ((1 2) 0) (otherwise t)))
(defprog h (:section "cgroup_skb/ingress") (not (ctx mark)))
(defprog i (:section "cgroup_skb/ingress") (if (= (ctx mark) 77) 1))
