; A string where a helper reads memory; its size may be left out.

(defmap m :type :array :key u32 :value (array u8 8) :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 2)

(defprog texts (:type :sock-ops)
  (let ((n 0) (c (u32 5)))
    (strtoul "42" 0 (stack-addr n))
    (setf (getmap out 0) n)
    (setsockopt (ctx-ptr) IPPROTO_TCP TCP_CONGESTION "cubic" 5)
    (setsockopt (ctx-ptr) IPPROTO_TCP TCP_CONGESTION "cubic")
    (when-let ((p (map-lookup m 0)))
      (setf (getmap out 1) (u32 (strncmp p 8 "42")))))
  1)
