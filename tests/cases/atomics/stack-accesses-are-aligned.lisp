;; error: E0407 @ 9:5
;; error: E0407 @ 11:5
;; error: E0407 @ 12:5

(defstruct (odd :packed t) (a u8) (b u32) (c u8))

(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((o (make-odd :a 1)) (x 5))
    (load u32 o (logand (ctx len) 1))
    (odd-b o) ; a field, which is read in parts
    (store u32 o 2 7)
    (incf (load u32 o 1))
    (load u16 (stack-addr x) (* 2 (logand (ctx len) 3))))
  1)
