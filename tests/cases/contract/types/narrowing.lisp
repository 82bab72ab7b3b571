; Tests of a nullable pointer narrow where that is sound, in every form; assigning forgets it.
;; run: m[1]=5, m[2]=7 -> ret 1, n=0x3ffff
;; run: m[1]=5 -> ret 0, n=0x1
;; perfmon: loop
(defmap m :type :hash :key u32 :value u64 :max-entries 4)
(defvar n u64)
(defmacro if-then (n test) `(if ,test ,n 0))
(defprog p (:section "cgroup_skb/egress")
  (let ((a (map-lookup m 1)) (b (map-lookup m 2)) (c (map-lookup m 3)) (k 0))
    (setf n 1)
    (unless (and a (/= b nil)) (return 0))
    (setf n (+ n (if-then 2 (= (+ (deref a) (deref b)) 12))))
    (when (or (not a) (= (deref a) 5)) (setf n (+ n 4)))
    (if (= c 0) (setf n (+ n 8)) (setf n (deref c)))
    (cond ((not b) nil) ((= nil c) (setf n (+ n (if-then 16 (= (deref b) 7))))) (t (setf n (deref c))))
    (when (not (or (= a 0) (not b))) (setf n (+ n (if-then 32 (> (deref b) (deref a))))))
    (case (if a 1 0) (1 (setf n (+ n (if-then 64 (= (deref a) 5))))))
    (setf b (map-lookup m 9))
    (if b (setf n (deref b)) (setf n (+ n 128)))
    (setf c a)                                      ; known not to be null
    (setf n (+ n (if-then 256 (= (deref c) 5))))
    (dotimes (i 2)
      (let ((p (map-lookup m (u32 i))))
        (when (= p nil) (continue))
        (setf k (+ k (deref p)))))
    (setf n (+ n (if-then 512 (= k 5))))
    (block found
      (let ((p (map-lookup m 2))) (unless p (return-from found)) (setf n (+ n (if-then 1024 (= (deref p) 7))))))
    (let ((p (map-lookup m 2)) (q p))
      (when q (setf n (+ n (if-then 2048 (= (deref p) 7)))))          ; an alias
      (when (and p (if (= (deref p) 7) t nil)) (setf n (+ n 4096)))
      (unless (or (not p) (/= (deref p) 7)) (setf n (+ n 8192)))
      (setf n (+ n (if-then 16384 (and p (= (deref p) 7)))))
      (let ((seen (/= p nil))) (when p (setf n (+ n (if-then 32768 seen)))))
      (while (and p (= (deref p) 7)) :max 3 (setf p (map-lookup m 3)) (setf n (+ n 65536)))
      (unless p (setf p a))
      (setf n (+ n (if-then 131072 (= (deref p) 5))))))
  1)
