;; error: E0307 @ 8:14
;; error: E0310 @ 12:4
;; error: E0309 @ 16:3
;; error: E0307 @ 19:3

(defprog bind4 (:section "cgroup/post_bind4")
  (when (= (ctx src-port) 80) (return 0))
  (setf (ctx mark) 1)
  1)

(defprog create (:section "cgroup/sock_create")
  (bind (ctx-ptr) nil 0)
  1)

(defprog conn (:section "cgroup/connect4")
  2)

(defprog create2 (:section "cgroup/sock_create")
  (ctx src-port)
  1)
