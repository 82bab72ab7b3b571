;; Lets a cgroup have one UDP socket at a time: making a second one fails with EPERM until the first
;; is closed. TCP is not touched.
;;
;;   bpfl run one-udp-socket.lisp --cgroup DIR
;;
;; `invocations` counts how often the programs ran for UDP, `in-use` says whether a socket is open.

(defvar invocations i32 0)
(defvar in-use i32 0)

;; Marks the sockets that the first program has seen.
(defmap sk-map :type :sk-storage :key i32 :value u32)

(defprog sock (:section "cgroup/sock_create")
  (when (/= (ctx type) SOCK_DGRAM) (return 1))
  (let ((mark (sk-storage-get sk-map (ctx-ptr) nil BPF_SK_STORAGE_GET_F_CREATE)))
    (unless mark (return 0))
    (setf (deref mark) #xdeadbeef)
    (incf invocations)
    ;; For a socket that is refused here, sock_release is not called.
    (when (> in-use 0) (return 0))
    (incf in-use)
    1))

(defprog sock-release (:section "cgroup/sock_release")
  (when (/= (ctx type) SOCK_DGRAM) (return 1))
  (let ((mark (sk-storage-get sk-map (ctx-ptr))))
    (unless (and mark (= (deref mark) #xdeadbeef)) (return 0))
    (incf invocations)
    (decf in-use)
    1))
