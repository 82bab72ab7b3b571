;; Socket options of one's own, and rules for the kernel's: a level that the kernel does not know
;; keeps a byte with each socket, IP_TOS is not for programs to set but always reads as 16, and
;; SO_SNDBUF is at most 65536 whatever is asked for.
;;
;;   bpfl run sockopt-policy.lisp --cgroup DIR

(defconstant OWN-LEVEL #xdeadbeef)
(defconstant MOST-SNDBUF 65536)

(defmap kept :type :sk-storage :key i32 :value u8)

(defprog set-option (:section "cgroup/setsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (= (ctx level) OWN-LEVEL)
      (when (> (+ value 1) end) (return 0))
      (let ((byte (sk-storage-get kept (ctx sk) nil BPF_SK_STORAGE_GET_F_CREATE)))
        (unless byte (return 0))
        (setf (deref byte) (load u8 value 0)))
      ;; Done: the kernel, which would not know the level, is not asked.
      (setf (ctx optlen) -1)
      (return 1))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS)) (return 0))
    (when (and (= (ctx level) SOL_SOCKET) (= (ctx optname) SO_SNDBUF))
      (when (> (+ value 4) end) (return 0))
      (when (> (load u32 value 0) MOST-SNDBUF)
        (store u32 value 0 MOST-SNDBUF)))
    ;; Of a value beyond a page only the first page is here; the kernel is to use the caller's.
    (when (> (ctx optlen) 4096) (setf (ctx optlen) 0))
    1))

(defprog get-option (:section "cgroup/getsockopt")
  (let ((value (ctx optval)) (end (ctx optval-end)))
    (when (= (ctx level) OWN-LEVEL)
      (when (> (+ value 1) end) (return 0))
      (let ((byte (sk-storage-get kept (ctx sk))))
        (unless byte (return 0))
        (store u8 value 0 (deref byte)))
      (setf (ctx optlen) 1)
      ;; The kernel has already failed.
      (setf (ctx retval) 0)
      (return 1))
    (when (and (= (ctx level) SOL_IP) (= (ctx optname) IP_TOS))
      (when (> (+ value 1) end) (return 0))
      (store u8 value 0 #x10)
      (setf (ctx retval) 0))
    (when (> (ctx optlen) 4096) (setf (ctx optlen) 0))
    1))
