;; error: E0309 @ 15:62
;; error: E0309 @ 16:62
;; error: E0309 @ 17:62
;; error: E0309 @ 18:81
;; error: E0309 @ 19:62
;; error: E0309 @ 20:62
;; error: E0309 @ 21:62
;; error: E0309 @ 22:62
;; error: E0309 @ 23:88
;; error: E0309 @ 24:96
;; error: E0309 @ 25:63
;; error: E0309 @ 26:63

(defmap m :type :array :key u32 :value u64 :max-entries 16)
(defprog b0 (:type :cgroup-skb :section "cgroup_skb/egress") 4)
(defprog b1 (:type :cgroup-skb :section "cgroup_skb/egress") -1)
(defprog b2 (:type :cgroup-skb :section "cgroup_skb/egress") (getmap m 0))
(defprog b3 (:type :cgroup-skb :section "cgroup_skb/egress") (if (getmap m 0) 1 4))
(defprog b4 (:type :cgroup-skb :section "cgroup_skb/egress") (logand (getmap m 0) 7))
(defprog b5 (:type :cgroup-skb :section "cgroup_skb/egress") (>> (getmap m 0) 61))
(defprog b6 (:type :cgroup-skb :section "cgroup_skb/egress") (min (getmap m 0) 4))
(defprog b7 (:type :cgroup-skb :section "cgroup_skb/egress") (mod (getmap m 0) 5))
(defprog b8 (:type :cgroup-skb :section "cgroup_skb/egress") (progn (when (getmap m 0) (return 5)) 1))
(defprog b9 (:type :cgroup-skb :section "cgroup_skb/egress") (progn (when (getmap m 0) (return (getmap m 0))) 1))
(defprog b10 (:type :cgroup-skb :section "cgroup_skb/egress") (get-prandom-u32))
(defprog b11 (:type :cgroup-skb :section "cgroup_skb/egress") (+ 1 (logand (getmap m 0) 3)))
