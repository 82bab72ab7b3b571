;; Sends the DNS questions of a cgroup, whichever server they are for, to a resolver on this
;; machine; its answers seem to come from 192.0.2.53, the address that the programs in the cgroup
;; are to ask.
;;
;;   bpfl run rewrite-udp.lisp --cgroup DIR
;;
;; `resolver-port` is where the resolver listens, on 127.0.0.1.

(defvar resolver-port u16 5353)

(defprog ask (:section "cgroup/sendmsg4")
  (when (= (ctx user-port) (htons 53))
    (setf (ctx user-ip4) (htonl #x7f000001))
    (setf (ctx user-port) (htons resolver-port)))
  1)

(defprog answer (:section "cgroup/recvmsg4")
  (when (and (= (ctx user-ip4) (htonl #x7f000001)) (= (ctx user-port) (htons resolver-port)))
    (setf (ctx user-ip4) (htonl #xc0000235))
    (setf (ctx user-port) (htons 53)))
  1)
