;; Hands what one TCP socket sends to another one in the same map, past the whole network stack.
;; With `test-sockmap` set the other one is entry 0 of the sockmap, else that of the sockhash;
;; `verdicts` counts how often each was passed (1) or dropped (0) for want of it.
;;
;;   bpfl run msg-redirect.lisp --map sock-map

(defmap sock-map :type :sockmap :key u32 :value u64 :max-entries 2)
(defmap sock-hash :type :sockhash :key u32 :value u64 :max-entries 2)
(defmap verdicts :type :array :key i32 :value u32 :max-entries 2)

(defvar test-sockmap u32 0)

(defprog verdict (:section "sk_msg")
  (let ((verdict (if (/= test-sockmap 0)
                     (msg-redirect-map (ctx-ptr) sock-map 0 0)
                     (msg-redirect-hash (ctx-ptr) sock-hash 0 0))))
    (incf (getmap verdicts (i32 verdict)))
    verdict))
