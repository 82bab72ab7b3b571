;; Joins two TCP connections: what comes in on one socket goes out on the other, both ways, without
;; passing through the process that holds them. What is longer than `limit` in one piece is dropped.
;;
;;   bpfl run splice-streams.lisp
;;
;; Entry 0 is the socket of the first connection, whose own port is `front`; entry 1 that of the
;; second.

(defmap sockets :type :sockmap :key u32 :value u64 :max-entries 2)

(defvar front u32)
(defvar limit u32 65536)
(defvar passed u64)
(defvar dropped u64)

;; A message is what has arrived.
(defprog whole (:section "sk_skb/stream_parser")
  (ctx len))

(defprog splice (:section "sk_skb/stream_verdict")
  (when (> (ctx len) limit)
    (incf dropped)
    (return SK_DROP))
  (incf passed)
  (sk-redirect-map (ctx-ptr) sockets (if (= (ctx local-port) front) 1 0) 0))
