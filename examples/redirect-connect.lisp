;; Sends every TCP connection to port 80 to a proxy on this machine, without the program
;; noticing: asked for its peer, the socket still names the server it wanted.
;;
;;   bpfl run redirect-connect.lisp --cgroup DIR
;;
;; `proxy-port` is where the proxy listens, on 127.0.0.1 and on ::1.

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

(defstruct server6 (address (array u32 4)) (port u32))

(defmap wanted6 :type :sk-storage :key i32 :value server6)

(defprog redirect6 (:section "cgroup/connect6")
  (when (or (/= (ctx user-port) (htons 80)) (/= (ctx protocol) IPPROTO_TCP)) (return 1))
  (let ((server (sk-storage-get wanted6 (ctx sk) nil BPF_SK_STORAGE_GET_F_CREATE)))
    (unless server (return 0))
    (setf (server6-address server 0) (ctx user-ip6 0)
          (server6-address server 1) (ctx user-ip6 1)
          (server6-address server 2) (ctx user-ip6 2)
          (server6-address server 3) (ctx user-ip6 3))
    (setf (server6-port server) (ctx user-port)))
  (setf (ctx user-ip6 0) 0 (ctx user-ip6 1) 0 (ctx user-ip6 2) 0 (ctx user-ip6 3) (htonl 1))
  (setf (ctx user-port) (htons proxy-port))
  1)

(defprog pretend6 (:section "cgroup/getpeername6")
  (when-let ((server (sk-storage-get wanted6 (ctx sk))))
    (setf (ctx user-ip6 0) (server6-address server 0)
          (ctx user-ip6 1) (server6-address server 1)
          (ctx user-ip6 2) (server6-address server 2)
          (ctx user-ip6 3) (server6-address server 3))
    (setf (ctx user-port) (server6-port server)))
  1)
