;; Lets only one process send on the TCP sockets in a map, even if others have inherited them or
;; were handed them: what anybody else sends fails with EACCES.
;;
;;   bpfl run msg-owner.lisp
;;
;; `owner` is the process id, compared with the sending task's own, which is read from the kernel's
;; `task_struct`; the last one that tried is kept with each socket.

(import-kernel-struct task_struct tgid)

(defmap sockets :type :sockmap :key u32 :value u64 :max-entries 64)

(defmap last-sender :type :sk-storage :key u32 :value u64)

(defvar owner u32 0)
(defvar passed u64 0)
(defvar dropped u64 0)

(defprog owner-only (:section "sk_msg")
  (let ((tgid (u32 (task-struct-tgid (get-current-task))))
        (last (sk-storage-get last-sender (ctx sk) nil BPF_SK_STORAGE_GET_F_CREATE)))
    (unless last (return SK_DROP))
    (setf (deref last) (>> (get-current-pid-tgid) 32))
    (when (/= tgid owner)
      (incf dropped)
      (return SK_DROP))
    (incf passed)
    SK_PASS))
