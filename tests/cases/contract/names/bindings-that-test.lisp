; when-let and if-let: several clauses, with types, each seeing those before it, each narrowed.
;; run: mark=1, m[1]=5, m[5]=7 -> ret 1, n=0x57, kept=0, last=2
;; run: mark=1, m[1]=5 -> ret 1, n=0x100, kept=5, last=2
;; run: mark=0x101, m[1]=5, m[5]=7 -> ret 1, n=0x57, kept=0, last=2
;; run: mark=0x100, m[1]=5 -> ret 1, n=0x1000, kept=0, last=3
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defvar kept u64)
(defvar last u64)
(defprog p (:section "cgroup_skb/egress")
  (setf n 0 kept 0)
  (if-let ((low u8 (ctx mark))                   ; truncated, then tested
           (p (nullable (ptr u64)) (map-lookup m low))
           (k u32 (deref p)))
    (if-let ((p (map-lookup m k)))               ; shadows
      (setf n (+ (* 16 k) (deref p)))
      (setf kept (deref p) n #x100))
    (setf n #x1000))
  (when-let (b (= n #x1000)) (setf last (+ b 2)) (return b))
  (setf last (+ (when-let ((v (map-lookup m 77))) (deref v))      ; nil is 0
                (if-let (x (- n n)) 5 2)))
  1)
