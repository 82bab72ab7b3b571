;; error: E0304 @ 8:25
;; error: E0304 @ 9:25
;; error: E0304 @ 10:25
;; error: E0304 @ 11:25
;; error: E0304 @ 12:25
;; error: E0304 @ 13:25

(defprog sock (:section "cgroup/sock_crate") 1)
(defprog addr (:section "cgroup/conect4") 1)
(defprog sopt (:section "cgroup/set_sockopt") 1)
(defprog unix (:section "cgroup/connect_unx") 1)
(defprog skmg (:section "skmsg") SK_PASS)
(defprog what (:section "no/such/thing") 1)
