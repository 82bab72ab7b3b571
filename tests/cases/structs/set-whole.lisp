;; run: -> ret 1, o[0]=#(7 0 0 0 5 6 2 0 9 8 0 0), o[1]=#(0 0 0 0 5 6 2 0 1 2 0 0)

; A field that is a struct, a union or an array takes a copy of one.
(defstruct in (a u8) (b u8) (c u16))
(defunion either (n u32) (b (array u8 4)))
(defstruct out (x u32) (y in) (z either))
(defmap o :type :array :key u32 :value out :max-entries 2)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((whole (make-out :x 7 :y (make-in :a 5 :b 6 :c 2)))
        (bytes (make-either)))
    (setf (either-b bytes 0) 9 (either-b bytes 1) 8)
    (setf (out-z whole) bytes)
    (setf (getmap o 0) whole)
    (setf (either-b bytes 0) 1 (either-b bytes 1) 2)
    (when-let ((there (map-lookup o 1)))
      ; The value of the form is what was given.
      (setf (out-y there) (setf (out-y whole) (out-y whole)))
      (setf (either-b (out-z there)) (either-b bytes)))
    1))
