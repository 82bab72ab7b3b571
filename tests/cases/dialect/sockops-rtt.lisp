(in-package :whistler-user)
(defmap states :type :hash :key-size 4 :value-size 8 :max-entries 64)
(defprog watch (:type :sock-ops :section "sockops")
  (case (ctx op)
    (BPF_SOCK_OPS_TCP_CONNECT_CB
     (sock-ops-cb-flags-set (ctx-ptr) BPF_SOCK_OPS_STATE_CB_FLAG))
    (BPF_SOCK_OPS_STATE_CB
     (incf (getmap states (ctx args 1)))))
  1)
