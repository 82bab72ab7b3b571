;; slots: 42

(defprog p (:type :sched-cls :section "classifier")
  (with-ipv4 (data data-end ip)
    (setf (ipv4-ttl ip) 64)
    (setf (eth-type data) ETH_P_IP)
    (setf (ipv4-dst ip) #x0a000001)
    (incf (ipv4-id ip)))
  TC_ACT_OK)
