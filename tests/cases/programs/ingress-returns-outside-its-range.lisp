;; error: E0309 @ 7:63
;; error: E0309 @ 8:63
;; error: E0309 @ 9:63
;; error: E0309 @ 10:63

(defmap m :type :array :key u32 :value u64 :max-entries 16)
(defprog b0 (:type :cgroup-skb :section "cgroup_skb/ingress") 2)
(defprog b1 (:type :cgroup-skb :section "cgroup_skb/ingress") 3)
(defprog b2 (:type :cgroup-skb :section "cgroup_skb/ingress") (logand (getmap m 0) 3))
(defprog b3 (:type :cgroup-skb :section "cgroup_skb/ingress") (mod (getmap m 0) 3))
