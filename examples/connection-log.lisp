;; Tells of each TCP or UDP connection that a cgroup's programs start: which process wants to go where. The
;; programs put records into a ring buffer; the rest of this file reads them as the same struct.
;;
;;   bpfl run connection-log.lisp
;;
;; The environment variable CGROUP names the cgroup; SECONDS says how long it looks.

(defstruct connection
  (time u64)                  ; nanoseconds since the machine started
  (pid u32)
  (uid u32)
  (family u16)
  (port u16)                  ; in host order
  (protocol u32)
  (address (array u8 16))     ; IPv4's is in the first four bytes
  (comm (array u8 16)))

;; How many did not fit into the buffer.
(defvar lost u64)

(defmap connections :type :ringbuf :max-entries 65536)

;; A record of this connection attempt; what the body sets besides is the address. Bytes that nothing sets
;; are zero.
(defmacro tell (e &body address)
  `(unless (with-ringbuf (,e connections connection)
             (fill-process-info ,e connection time pid uid comm)
             (setf (connection-family ,e) (u16 (ctx family))
                   (connection-port ,e) (ntohs (ctx user-port))
                   (connection-protocol ,e) (ctx protocol))
             ,@address)
     (incf lost)))

(defprog connect4 (:section "cgroup/connect4")
  (tell e
    (store u32 (connection-address e) 0 (ctx user-ip4)))
  1)

(defprog connect6 (:section "cgroup/connect6")
  (tell e
    (dotimes (i 4 :unroll t)
      (store u32 (connection-address e) (* 4 i) (ctx user-ip6 i))))
  1)

;; ---- the reader ----

(defun text (bytes)
  (map 'string #'code-char (loop for byte across bytes while (> byte 0) collect byte)))

(defun show (c)
  (format t "~a[~d] of user ~d: ~a ~a port ~d~%"
          (text (connection-comm c)) (connection-pid c) (connection-uid c)
          (if (= (connection-protocol c) 6) "tcp" "udp")
          (address-string (connection-address c) (connection-family c))
          (connection-port c)))

(with-bpf-session ()
  (dolist (program (list connect4 connect6))
    (bpf:attach program (or (getenv "CGROUP") "/sys/fs/cgroup")))
  (loop repeat (* 10 (parse-integer (or (getenv "SECONDS") "10")))
        do (bpf:ring-consume connections #'show :type connection :timeout 100))
  (let ((lost (bpf:global connections "lost")))
    (when (> lost 0) (format t "~d more did not fit into the buffer~%" lost))))
