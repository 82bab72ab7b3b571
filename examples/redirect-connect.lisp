;; Sends every IPv4 TCP connection to port 80 to a proxy on this machine, without the program
;; noticing: asked for its peer, the socket still names the server it wanted.
;;
;;   bpfl run redirect-connect.lisp --cgroup DIR
;;
;; `proxy-port` is where the proxy listens, on 127.0.0.1.

(defvar proxy-port u16 8080)

(defstruct server (address u32) (port u32))

;; The server that each redirected socket wanted.
(defmap wanted :type :sk-storage :key i32 :value server)

(defprog redirect (:section "cgroup/connect4")
  (when (or (/= (ctx user-port) (htons 80)) (/= (ctx protocol) IPPROTO_TCP)) (return 1))
  (let ((server (sk-storage-get wanted (ctx sk) nil BPF_SK_STORAGE_GET_F_CREATE)))
    (unless server (return 0))
    (setf (server-address server) (ctx user-ip4))
    (setf (server-port server) (ctx user-port)))
  (setf (ctx user-ip4) (htonl #x7f000001))
  (setf (ctx user-port) (htons proxy-port))
  1)

(defprog pretend (:section "cgroup/getpeername4")
  (when-let ((server (sk-storage-get wanted (ctx sk))))
    (setf (ctx user-ip4) (server-address server))
    (setf (ctx user-port) (server-port server)))
  1)
