;; error: E0302 @ 38:14
;; error: E0308 @ 45:5
;; error: E0308 @ 46:5
;; error: E0308 @ 47:3
;; error: E0308 @ 48:3
;; error: E0308 @ 49:3
;; error: E0308 @ 50:3
;; error: E0308 @ 52:5
;; error: E0308 @ 56:14
;; error: E0308 @ 57:5
;; error: E0308 @ 58:5
;; error: E0308 @ 59:5
;; error: E0308 @ 60:3
;; error: E0308 @ 61:10
;; error: E0308 @ 63:42
;; error: E0308 @ 64:41
;; error: E0201 @ 67:55
;; error: E0112 @ 68:48
;; error: E0306 @ 69:43
;; error: E0201 @ 70:57
;; error: E0307 @ 73:55
;; error: E0307 @ 74:55
;; error: E0201 @ 75:65
;; error: E0112 @ 78:42
;; error: E0401 @ 81:3
; What the flags of a map do not let programs do.
(defstruct pair (a u64) (b u64))
(defmap settings :type :array :key u32 :value pair :max-entries 4 :map-flags BPF_F_RDONLY_PROG)
(defmap names :type :hash :key u32 :value u64 :max-entries 4 :map-flags BPF_F_RDONLY_PROG)
(defmap counts :type :array :key u32 :value pair :max-entries 4 :map-flags BPF_F_WRONLY_PROG)
(defmap totals :type :array :key u32 :value u64 :max-entries 4 :map-flags BPF_F_WRONLY_PROG)
(defmap plain :type :hash :key u32 :value pair :max-entries 4)
(defmap waiting :type :queue :value u64 :max-entries 4 :map-flags BPF_F_RDONLY_PROG)
(defmap devices :type :devmap :max-entries 4)
(defmap spread :type :devmap-hash :max-entries 4)
(defmap sockets :type :xskmap :max-entries 4)
(defmap neither :type :array :key u32 :value u64 :max-entries 4
  :map-flags (logior BPF_F_RDONLY_PROG BPF_F_WRONLY_PROG))

(defun set-it ((p (ptr pair))) (setf (pair-b p) 1))
(defun get-it ((p (ptr pair))) (pair-a p))

(defprog writes (:type :xdp)
  (when-let ((p (map-lookup settings 0)))
    (setf (pair-a p) 1)
    (set-it p))
  (setf (getmap names 1) 2)
  (remmap names 1)
  (incf (getmap names 1))
  (do-map (k v names) (setf (deref v) 1))
  (let ((v u64 0))
    (map-push waiting (stack-addr v)))
  XDP_PASS)
(defprog reads (:type :xdp)
  (when-let ((c (map-lookup counts 0)))
    (when (> (pair-a c) 1) (return XDP_DROP))
    (map-update plain 1 c)
    (get-it c)
    (incf (pair-b c)))
  (do-map (k v totals) (when (> (deref v) 1) (break)))
  (if (> (getmap totals 1) 3) XDP_DROP XDP_PASS))
(defprog redirects (:type :xdp)
  (when-let ((d (map-lookup devices 0))) (setf (deref d) 2))
  (when-let ((d (map-lookup spread 0))) (setf (deref d) 2))
  XDP_PASS)
(defprog queues (:type :xdp)
  (when-let ((s (map-lookup sockets 0))) (setf (deref s) 2))
  (when-let ((s (map-lookup sockets 0))) (setf (bpf-xdp-sock-queue-id s) 2))
  (when-let ((s (map-lookup sockets 0))) (bpf-xdp-sock-queue s))
  (when-let ((s (map-lookup sockets 0))) (bpf-sock-mark s))
  XDP_PASS)
(defprog parts (:type :xdp)
  (when-let ((s (map-lookup sockets 0))) (return (i32 (load u8 s 0))))
  (when-let ((s (map-lookup sockets 0))) (return (i32 (load u32 s 4))))
  (when-let ((s (map-lookup sockets 0))) (return (i32 (load u32 (+ s 1)))))
  XDP_PASS)
(defprog stores (:type :xdp)
  (when-let ((s (map-lookup sockets 0))) (store u32 s 0 1))
  XDP_PASS)
(defprog untested (:type :xdp)
  (bpf-xdp-sock-queue-id (map-lookup sockets 0)))
