; Sizes of 1, 2, 4, 8 mean integers, others bytes; predefined structs; several programs in one section.
;; run: -> ret 1, a[0]=0xff, b[0]=0x1234, c[0]=7, d[0]=9, e[0]=#(1 2 3 4 5 6 0 0 0 0 0 0), o[0]=0x1333, o[1]=0x201
;; run second: -> ret 0, o[0]=8
;; perfmon: pointer
(defmap a :type :array :key-size 4 :value-size 1 :max-entries 1)
(defmap b :type :hash :key-size 4 :value-size 2 :max-entries 1)
(defmap c :type :hash :key-size 8 :value-size 4 :max-entries 1)
(defmap d :type :array :key u32 :value-size 8 :max-entries 1)
(defmap e :type :array :key-size 4 :value-size (* 3 4) :max-entries 1)
(defmap o :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:section "cgroup_skb/egress")
  (setf (getmap a 0) 255 (getmap b 0) #x1234 (getmap d 0) 9)
  (incf (getmap c 0) 7)
  (setf (getmap o 0) (+ (getmap b 0) (getmap a 0)))
  (when-let ((p (map-lookup e 0)))
    (dotimes (i 6) (setf (aref p i) (+ i 1)))
    (setf (getmap o 1) (load u16 p 0)))
  1)
(defprog second (:section "cgroup_skb/egress")
  (setf (getmap o 0) (sizeof bpf-sock-tuple))
  (setf (getmap o 0) (/ (+ (getmap o 0) 4) 5))
  0)
