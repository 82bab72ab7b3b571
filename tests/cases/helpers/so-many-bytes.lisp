;; run: packet[0]=0x45, in[0]=3 -> ret 1, o[0]=0x45, o[1]=9
;; run: packet[0]=0x45, in[0]=4 -> ret 1, o[0]=0x45, o[1]=0
;; run: packet[0]=0x45, in[0]=0 -> ret 1, o[0]=9, o[1]=9
;; run: packet[0]=0x45, in[0]=5 -> ret 1, o[0]=9, o[1]=9
; As many bytes as a number says that was tested: at least one.
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (u32 #x09090909)) (n (u32 (getmap in 0))))
    (when (and (> n 0) (< n 5))
      (skb-load-bytes (ctx-ptr) 0 (stack-addr x) n))
    (setf (getmap o 0) (u64 (logand x 255)) (getmap o 1) (u64 (>> x 24)))
    1))
