;; run: packet[12]=#(192 168 1 7) -> ret 0, blocked[0]=1
;; run: packet[12]=#(10 0 0 1) -> ret 1, blocked[0]=0
(in-package #:whistler-user)
(defmap blocked :type :array :key-size 4 :value-size 8 :max-entries 1)
(defun private-p ((ip u32)) :returns bool
  (= (logand ip #xffff0000) #xc0a80000))
(defprog p (:section "cgroup_skb/ingress")
  (with-ipv4 (data data-end ip)
    (when (private-p (ipv4-src ip))
      (incf (getmap blocked 0))
      (return 0)))
  1)
