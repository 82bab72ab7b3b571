;; run: packet[20]=#(1 2 3 4 5 6 7 8) -> ret 1, o[0]=36, o[1]=2
;; run: packet[20]=#(7 7 7 7 0 0 0 0) -> ret 1, o[0]=28, o[1]=4
;; perfmon: pointer
(in-package #:whistler-user)
(defmap o :type :array :key-size 4 :value-size 8 :max-entries 2)
(defprog p (:section "cgroup_skb/egress")
  (with-packet (data data-end :min-len 28)
    (let ((sum u64 0) (sevens u64 0))
      (dotimes (i 8)
        (let ((b (load u8 (+ data 20) i)))
          (incf sum b)
          (case b
            ((7 8) (incf sevens))
            (otherwise nil))))
      (setf (getmap o 0) sum)
      (setf (getmap o 1) sevens)))
  1)
