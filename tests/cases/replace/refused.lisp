; What programs that replace functions lack, and what others do not take.
;; error: E0307 @ 14:3
;; error: E0310 @ 17:4
;; error: E0310 @ 20:4
;; error: E0303 @ 22:51
;; error: E0201 @ 24:50
;; error: E0401 @ 28:8
;; error: E0201 @ 30:87
;; error: E0108 @ 33:38
;; error: E0108 @ 33:53
(defstruct pair (a u32) (b u32))

(defprog no-context (:section "freplace/length")
  (ctx data))

(defprog not-for-all (:section "freplace/length")
  (csum-diff nil 0 nil 0 0))

(defprog not-in-xdp (:section "freplace/length" :replaces :xdp)
  (get-socket-cookie (ctx-ptr)))

(defprog no-type (:section "freplace/f" :replaces :xpd) 1)

(defprog sure (:section "freplace/f" :arguments ((p (ptr pair))))
  (i32 (pair-a p)))

(defprog unsure (:section "freplace/f" :arguments ((p (nullable (ptr pair)))))
  (i32 (pair-a p)))

(defprog gives (:section "freplace/f" :arguments ((p (nullable (ptr pair)))) :returns (nullable (ptr pair)))
  p)

(defprog other (:type :xdp :replaces :tc :arguments ((a u32)))
  XDP_PASS)
