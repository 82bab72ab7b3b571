;; warning: E0207 @ 4:7
;; warning: E0207 @ 10:7
(defprog p (:section "cgroup/connect4")
  (if (= (ctx user-port) 80) 0
    (if (= (ctx user-port) (htons 80)) 0
    (if (= (ctx user-ip4) #x0100007f) 0
    (if (= 0 (ctx user-port)) 0 1)))))

(defprog q (:type :sk-msg)
  (if (/= 443 (ctx remote-port)) SK_PASS SK_DROP))
