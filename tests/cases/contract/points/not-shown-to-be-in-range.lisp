;; error: E0309 @ 14:51
;; error: E0309 @ 15:53
;; error: E0309 @ 16:54
;; error: E0309 @ 17:56
;; error: E0309 @ 18:58
;; error: E0309 @ 19:56
;; error: E0309 @ 20:51
;; error: E0309 @ 21:73
;; error: E0309 @ 22:71
;; error: E0309 @ 23:51
;; warning: E0207 @ 24:53
;; error: E0309 @ 24:75
; A value that cannot be shown to be inside the range, and constants outside it, in every form of an exit.
(defprog computed (:section "cgroup_skb/ingress") (ctx mark))
(defprog wider-mask (:section "cgroup_skb/ingress") (logand (ctx mark) 3))
(defprog wider-shift (:section "cgroup_skb/ingress") (>> (ctx mark) 30))
(defprog wider-minimum (:section "cgroup_skb/ingress") (min (ctx mark) 2))
(defprog wider-remainder (:section "cgroup_skb/ingress") (mod (ctx mark) 3))
(defprog greatest (:section "cgroup_skb/ingress") (max (ctx mark) 1))
(defprog constant (:section "cgroup_skb/ingress") 2)
(defprog one-arm (:section "cgroup_skb/ingress") (if (= (ctx mark) 1) 1 2))
(defprog early (:section "cgroup_skb/ingress") (when (= (ctx mark) 3) (return 7)) 1)
(defprog negative (:section "cgroup_skb/ingress") -1)
(defprog receive (:section "cgroup/recvmsg4") (when (= (ctx user-port) 3) (return 0)) 1)
