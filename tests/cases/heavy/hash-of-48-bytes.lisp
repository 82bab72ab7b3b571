; Bob Jenkins' lookup3 over twelve words, and one that holds all twelve in registers or on the stack while
; it mixes them. The values wanted are those of the same algorithms in another language.
;; run jenkins: data[0]=#(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48) -> ret 1, out[0]=0x64da202d
;; run jenkins: seed=7, data[0]=#(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48) -> ret 1, out[0]=0xca49f6ff
;; run jenkins: seed=7, data[0]=#(200 237 18 55 92 129 166 203 240 21 58 95 132 169 206 243 24 61 98 135 172 209 246 27 64 101 138 175 212 249 30 67 104 141 178 215 252 33 70 107 144 181 218 255 36 73 110 147) -> ret 1, out[0]=0x0220da7e
;; run twelve: data[0]=#(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48) -> ret 1, out[0]=0x9254f339
;; run twelve: data[0]=#(200 237 18 55 92 129 166 203 240 21 58 95 132 169 206 243 24 61 98 135 172 209 246 27 64 101 138 175 212 249 30 67 104 141 178 215 252 33 70 107 144 181 218 255 36 73 110 147) -> ret 1, out[0]=0xc159356f

(defmap data :type :array :key u32 :value (array u8 48) :max-entries 1)
(defmap out :type :array :key u32 :value u32 :max-entries 1)
(defvar seed u32 0 :section :data)

(defmacro rotate (x n) `(logior (<< ,x ,n) (>> ,x ,(- 32 n))))

(defmacro mix (a b c)
  `(progn
     ,@(loop for (x y z n) in (list (list a c b 4) (list b a c 6) (list c b a 8)
                                    (list a c b 16) (list b a c 19) (list c b a 4))
             collect `(setf ,x (- ,x ,y))
             collect `(setf ,x (logxor ,x (rotate ,y ,n)))
             collect `(setf ,y (+ ,y ,z)))))

(defmacro final (a b c)
  `(progn
     ,@(loop for (x y n) in (list (list c b 14) (list a c 11) (list b a 25) (list c b 16)
                                  (list a c 4) (list b a 14) (list c b 24))
             collect `(setf ,x (- (logxor ,x ,y) (rotate ,y ,n))))))

(defprog jenkins (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup data 0)))
    (let* ((a (+ (u32 #xdeadbeef) 48 seed)) (b a) (c a))
      (dotimes (i 4 :unroll t)
        (incf a (load u32 p (* 12 i)))
        (incf b (load u32 p (+ 4 (* 12 i))))
        (incf c (load u32 p (+ 8 (* 12 i))))
        (when (< i 3) (mix a b c)))
      (final a b c)
      (setf (getmap out 0) c)))
  1)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defconstant +words+ '(w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11))
  (defun word (i) (nth (mod i 12) +words+)))

(defmacro with-words (p &body body)
  `(let ,(loop for i from 0 below 12 collect (list (word i) (list 'load 'u32 p (* 4 i)))) ,@body))

(defmacro one-round ()
  `(progn
     ,@(loop for i from 0 below 12
             collect `(incf ,(word i) (logxor ,(word (+ i 1)) ,(word (+ i 5)))))
     ,@(loop for i from 0 below 12
             collect `(setf ,(word i) (logior (<< ,(word i) ,(+ i 1)) (>> ,(word i) ,(- 31 i)))))))

(defmacro all-words (h)
  `(progn ,@(loop for i from 0 below 12 collect `(setf ,h (+ (* ,h 31) ,(word i))))))

(defprog twelve (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup data 0)))
    (with-words p
      (dotimes (round 4) (one-round))
      (let ((h u32 0))
        (all-words h)
        (setf (getmap out 0) h))))
  1)
