; Sizes may be left out, keys and values are any expressions, what a helper wrote is read afterwards.
;; run: packet[0]=#(1 2 3 4 5 6 7 8) -> ret 1, o[0]=0x04030201, o[1]=0x0807060504030201, o[2]=1
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defstruct event (comm (array u8 16)) (bytes (array u8 8)))
(defprog p (:section "cgroup_skb/egress")
  (let ((v u32 0) (e (make-event)))
    (skb-load-bytes (ctx-ptr) 0 (stack-addr v) 4)
    (setf (getmap o 0) v)
    (skb-load-bytes (ctx-ptr) 0 (event-bytes e) 8)
    (setf (getmap o 1) (load u64 (event-bytes e)))
    (map-update o (+ 1 1) (if (= v #x04030201) 1 0) BPF_ANY))
  1)
