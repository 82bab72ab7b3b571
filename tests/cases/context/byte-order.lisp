;; warning: E0207 @ 6:7
;; warning: E0207 @ 12:7
;; warning: E0207 @ 16:9
;; warning: E0207 @ 17:9
(defprog p (:section "cgroup/connect4")
  (if (= (ctx user-port) 80) 0
    (if (= (ctx user-port) (htons 80)) 0
    (if (= (ctx user-ip4) #x0100007f) 0
    (if (= 0 (ctx user-port)) 0 1)))))

(defprog q (:type :sk-msg)
  (if (/= 443 (ctx remote-port)) SK_PASS SK_DROP))

; Two bytes in a field of four.
(defprog r (:section "classifier")
  (when (= (ctx protocol) ETH_P_IP) (return TC_ACT_SHOT))
  (when (= (ctx vlan-proto) ETH_P_8021Q) (return TC_ACT_SHOT))
  (if (= (ctx protocol) (htons ETH_P_IP)) TC_ACT_OK TC_ACT_UNSPEC))
