;; Lets a cgroup bind IPv4 sockets only to ports from `lowest` to `highest`; everything else fails
;; with EPERM and is counted.
;;
;;   bpfl run bind-policy.lisp --cgroup DIR

(defvar lowest u32 20000)
(defvar highest u32 20999)
(defvar refused u64 0)

(defprog bind-policy (:section "cgroup/post_bind4")
  (when (<= lowest (ctx src-port) highest) (return 1))
  (incf refused)
  0)
