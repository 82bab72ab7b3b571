; Macros over maps, places and the packet forms.
;; run: frame[23]=6, frame[34]=#(0x1f 0x90 0 80) -> ret 2, stats[0]=1, stats[1]=0
;; run: frame[23]=17, frame[34]=#(0 53 0x1f 0x90) -> ret 2, stats[0]=0, stats[1]=1, sizes[0]=74
;; run: frame[23]=1 -> ret 2, stats[0]=0, stats[1]=0
;; perfmon: pointer
(in-package #:whistler-user)

(defmap stats :type :array :key-size 4 :value-size 8 :max-entries 4)
(defmap sizes :type :array :key-size 4 :value-size 8 :max-entries 4)

(defmacro bump (map key &optional (by 1))
  `(when-let ((p (map-lookup ,map ,key)))
     (atomic-add p 0 ,by)))

(defmacro unless-port ((port &rest ports) &body body)
  `(unless (or ,@(mapcar (lambda (p) `(= ,port ,p)) ports)) ,@body))

(defmacro with-frame-size ((size) &body body)
  (let ((start (gensym "START")))
    `(let ((,start (ctx data)))
       (let ((,size (u64 (- (ctx data-end) ,start))))
         ,@body))))

(defprog account (:type :xdp)
  (with-tcp (data data-end tcp)
    (unless-port ((tcp-src-port tcp) 22 23)
      (bump stats 0)))
  (with-udp (data data-end udp)
    (bump stats 1)
    (with-frame-size (n) (bump sizes 0 n)))
  XDP_PASS)
