;; run: mark=0, m[0]=#(5 0 0 0) -> ret 1, n=0x105
;; run: mark=1 -> ret 1, n=0x1000
;; run: mark=2 -> ret 1, n=0x1000
;; run: mark=3, m[1]=#(6 0 0 0) -> ret 1, n=6
;; run: mark=4 -> ret 1, n=0x2000
; Branches that join pointers of one pointee give that pointer, nullable if one of them is.
(defstruct s (n u32))
(defmap m :type :array :key u32 :value s :max-entries 2)
(defmap h :type :hash :key u32 :value s :max-entries 2)
(defvar n u64)
(defprog p (:section "cgroup_skb/egress")
  (let ((l (make-s :n 7)) (k u32 0) (sure (map-lookup m 1)) (mark (ctx mark)))
    (unless sure (return 0))
    (setf n 0)
    (let ((p (case mark
               (0 (map-lookup m k))
               (1 nil)
               (2 (map-lookup h k))
               (3 sure)))
          (q (cond ((= mark 0) (when-let ((v (map-lookup m k))) v)) ((= mark 1) sure)))
          (r (if (= mark 4) sure (or (map-lookup h 9) sure))))      ; this one is not null
      (setf (s-n r) (s-n r))
      (if p
          (setf n (s-n p))
          (setf n (if (= mark 4) #x2000 #x1000)))
      (when (and q (= mark 0)) (incf n #x100)))
    ; arms whose value nobody wants are of any type
    (if mark (map-lookup m 0) (setf k 1))
    (case mark (1 l) (2 nil) (3 (s-n l)) (t (= k 1)))
    (when mark (make-s)))
  1)
