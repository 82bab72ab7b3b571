;; Drops what is sent to some ports, and counts it; with its tests.
;;
;;   bpfl test port-filter.lisp
;;   bpfl run port-filter.lisp --interface veth0

(defmap closed :type :hash :key u16 :value u64 :max-entries 64)
(defvar passed u64)

(defprog filter (:type :xdp)
  (with-packet (data data-end :min-len 34)
    (when-let ((tcp (parse-tcp data data-end)))
      (when-let ((drops (map-lookup closed (tcp-dst-port tcp))))
        (incf (deref drops))
        (return XDP_DROP)))
    (incf passed)
    XDP_PASS))

(defun syn (port) (tcp-packet :dport port :syn t))

(deftest passes-what-is-open (:prog filter :data (syn 443))
  (= (retval) XDP_PASS)
  (= passed 1)
  (equal (data-out) (syn 443)))

(deftest drops-what-is-closed (:prog filter :data (syn 80) :repeat 3)
  "Each packet is counted under its port."
  (setup (setf (bpf:map-ref closed 80) 0))
  (= (retval) XDP_DROP)
  (= (bpf:map-ref closed 80) 3)
  (zerop passed))

(deftest leaves-other-protocols-alone (:prog filter :data (udp-packet :dport 80))
  (setup (setf (bpf:map-ref closed 80) 0))
  (= (retval) XDP_PASS)
  (= (bpf:map-ref closed 80) 0))
