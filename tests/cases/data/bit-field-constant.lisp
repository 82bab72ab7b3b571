;; error: E0203 @ 9:24
;; error: E0203 @ 10:20
;; error: E0203 @ 11:19
;; error: E0104 @ 14:20

; A constant fits the bits that there are, and a value follows the name of its field.
(defstruct b (x (bits u8 3)) (s (bits i8 4)))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((l (make-b :x  8 :s -8)))
    (setf (b-x l)  9)
    (setf (b-s l) -9)
    (setf (b-x l) 7)
    (setf (b-s l) 15))
  (let ((l (make-b 3)))
    1))
