;; Locks a cgroup out of Unix sockets: while `locked` is set, what its processes connect or send
;; datagrams to by a path or an abstract name fails with EPERM. Pairs of sockets and connections
;; that are there already go on.
;;
;;   bpfl run unix-lock.lisp --cgroup DIR

(defvar locked u32 1)
(defvar connects u64)
(defvar datagrams u64)
(defvar refused u64)

(defprog connect (:section "cgroup/connect_unix")
  (incf connects)
  (when (= locked 0)
    (return 1))
  (incf refused)
  0)

(defprog send (:section "cgroup/sendmsg_unix")
  (incf datagrams)
  (when (= locked 0)
    (return 1))
  (incf refused)
  0)
