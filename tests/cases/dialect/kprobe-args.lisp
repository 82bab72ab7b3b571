;; perfmon: type
(in-package #:whistler-user)
(defmap sizes :type :hash :key-size 8 :value-size 8 :max-entries 1024)
(defprog trace-connect (:type :kprobe :section "kprobe/tcp_connect")
  (let* ((sk u64 (pt-regs-parm1))
         (len u64 (pt-regs-parm2)))
    (when (/= sk 0)
      (incf (getmap sizes sk) len)))
  0)
