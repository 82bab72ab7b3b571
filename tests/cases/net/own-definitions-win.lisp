; A name of the prelude's is free for the file's own definitions.
;; run: -> ret 1

(defstruct tcp (flags u8) (window u32))
(defmacro ipv4-ttl (p) `(+ ,p 1))
(defheader frame
  (kind :offset 0 :type u8)
  (length :offset 2 :type u16 :net-order t)
  (tag :offset 4 :type (array u8 4)))

(defprog p (:section "cgroup_skb/egress")
  (let ((t1 (make-tcp :flags 3 :window 7))
        (f (make-bytes))
        (ok u32 0))
    (when (and (= (tcp-flags t1) 3) (= (tcp-window t1) 7)) (incf ok))
    (when (= (ipv4-ttl 4) 5) (incf ok 2))
    (setf (frame-length f) #x1234)
    (incf (frame-length f))
    (setf (frame-kind f) 9)
    (setf (frame-tag f 3) 8)
    (when (and (= (load u8 f 2) #x12) (= (load u8 f 3) #x35) (= (load u8 f 7) 8)) (incf ok 4))
    (when (and (= (frame-length f) #x1235) (= (frame-kind f) 9)) (incf ok 8))
    (if (= ok 15) 1 0)))

(defstruct bytes (all (array u8 8)))
