;; Limits how many TCP connections each address may open: what comes in beyond `limit` connection requests
;; (SYN) within a second is dropped before the kernel makes anything of it.
;;
;;   bpfl run syn-limit.lisp --interface eth0
;;
;; `passed` and `dropped` count the requests; `sources` shows each address with its last second.

;; May be set while it runs.
(defvar limit u64 100 :section :data)
(defvar passed u64)
(defvar dropped u64)

;; An IPv6 address, or an IPv4 one in the last of the words.
(defstruct source (words (array u32 4)))
(defstruct window (start u64) (requests u64))

;; When it is full, the address that was quiet for longest makes room: nobody can fill it up.
(defmap sources :type :lru-hash :key source :value window :max-entries 65536)

(defconstant +second+ 1_000_000_000)

;; Whether the address may open another connection.
(defun admit ((s (ptr source))) :returns bool
  (let ((now (ktime-get-ns))
        (w (map-lookup sources s)))
    (unless w
      (map-update sources s (make-window :start now :requests 1))
      (return t))
    ;; Two CPUs may begin the new second at once. Then a few requests count twice or not at all, which is
    ;; better than to wait for each other.
    (when (>= (- now (window-start w)) +second+)
      (setf (window-start w) now
            (window-requests w) 0))
    (<= (incf (window-requests w)) limit)))

(defmacro judge (s)
  `(cond
     ((admit ,s) (incf passed))
     (t (incf dropped) (return XDP_DROP))))

(defprog syn-limit (:type :xdp)
  ;; The fourth name is the IP header, whichever version it is.
  (with-tcp (data data-end tcp ip)
    (unless (and (tcp-syn tcp) (not (tcp-ack tcp))) (return XDP_PASS))
    (let ((s (make-source)))
      (cond
        ((= (ip-version ip) 4)
         (setf (source-words s 3) (load u32 ip 12)))
        (t
         ;; Of the IP header only 20 bytes are known to be there; the source's address ends at 24.
         (when (> (+ ip 24) data-end) (return XDP_PASS))
         (memcpy (source-words s) 0 ip 8 16)))
      (judge s)))
  XDP_PASS)
