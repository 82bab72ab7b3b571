;; Speeds up TCP connections within this machine: the first program puts both ends of every
;; connection that the cgroup makes into a map, the second one hands what is sent on one end
;; straight to the other.
;;
;;   bpfl run sockops-fill.lisp --cgroup DIR

;; A socket's own port and its peer's, both in host byte order.
(defstruct ports (local u32) (remote u32))

(defmap sockets :type :sockhash :key ports :value u64 :max-entries 65535)

(defvar redirected u64 0)

(defprog fill (:section "sockops")
  (case (ctx op)
    ((BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
     (sock-hash-update (ctx-ptr) sockets
                       (make-ports :local (ctx local-port) :remote (ntohl (ctx remote-port)))
                       BPF_ANY)))
  1)

(defprog redirect (:section "sk_msg")
  ;; The peer's ports are ours the other way round.
  (let ((peer (make-ports :local (ntohl (ctx remote-port)) :remote (ctx local-port))))
    (incf redirected)
    (msg-redirect-hash (ctx-ptr) sockets peer BPF_F_INGRESS)))
