;; error: E0305 @ 7:45
;; error: E0305 @ 8:50
;; error: E0305 @ 9:48
;; error: E0305 @ 10:40
;; error: E0305 @ 11:40

(defprog sock (:type :cgroup-sock :section  "cgroup/bind4") 1)
(defprog addr (:type :cgroup-sock-addr :section  "cgroup/post_bind4") 1)
(defprog sopt (:type :cgroup-sockopt :section  "cgroup/sysctl") 1)
(defprog skmg (:type :sk-msg :section  "sk_skb/stream_verdict") SK_PASS)
(defprog skbs (:type :sk-skb :section  "sk_msg") SK_PASS)
