;; error: E0203 @ 11:11
;; error: E0108 @ 12:18
;; error: E0204 @ 13:23
;; error: E0204 @ 14:17
;; error: E0105 @ 15:10
;; error: E0204 @ 16:24
;; error: E0108 @ 17:16
;; error: E0203 @ 18:10
;; error: E0201 @ 21:36
(defenum proto (tcp 6))
(defenum (small :type u8) (big 300))
(defenum (tagged :tipe u8) (a 1))
(defenum (other :type foo) (b 1))
(defstruct s (a protoo) (b (bits proto 3)))
(defenum proto (udp 17))
(defenum (listed :type (array u8 4)) (c 1))
(defenum (bare 6) (d 1))
(defenum wide (low -1) (high #xffffffffffffffff))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x proto 5) (p (ptr proto) 0)) 1))
