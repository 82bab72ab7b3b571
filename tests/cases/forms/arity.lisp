;; error: E0102 @ 19:3
;; error: E0102 @ 20:3
;; error: E0102 @ 21:3
;; error: E0102 @ 22:3
;; error: E0102 @ 23:3
;; error: E0102 @ 24:3
;; error: E0102 @ 25:3
;; error: E0102 @ 26:3
;; error: E0102 @ 27:3
;; error: E0102 @ 28:3
;; error: E0102 @ 29:3
;; error: E0102 @ 30:3
;; error: E0102 @ 31:3
;; error: E0102 @ 32:3
;; error: E0102 @ 33:3
;; error: E0102 @ 34:3

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (if 1)
  (if 1 2 3 4)
  (not)
  (not 1 2)
  (<< 1)
  (/ 1)
  (-)
  (mod 1 2 3)
  (return 1 2)
  (u32 1 2)
  (u32)
  (cast u8)
  (incf)
  (=)
  (let)
  (htons)
  1)
