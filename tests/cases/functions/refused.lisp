;; error: E0104 @ 15:1
;; error: E0104 @ 15:23
;; error: E0104 @ 16:17
;; error: E0105 @ 17:8
;; error: E0105 @ 18:23
;; error: E0102 @ 19:53
;; error: E0204 @ 20:22
;; error: E0104 @ 21:36
;; error: E0201 @ 22:27
;; error: E0104 @ 23:20
;; error: E0102 @ 26:3
;; error: E0201 @ 27:9
;; error: E0111 @ 28:3

(defun none)(defun a1 5 1)
(defun untyped ((a)) 1)
(defun min ((a u32)) a)
(defun twice ((a u32) (a u32)) a)
(defun many ((a u8) (b u8) (c u8) (d u8) (e u8)     (f u8)) 1)
(defun aggregate ((p pair)) 1)
(defun gives ((a u32)) :returns u8 (ctx-ptr))
(defun on-stack ((x u64)) (make-pair :a x))
(defun unseen ()   (ctx len))
(defstruct pair (a u64))
(defprog wrong (:type :cgroup-skb :section "cgroup_skb/egress")
  (good 1 2)
  (good (ctx-ptr))
  good
  1)
(defun good ((a u32)) a)
