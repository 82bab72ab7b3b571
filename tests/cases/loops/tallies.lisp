;; perfmon: loop
;; run counted: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> out[0]=180
;; run counted: d[0]=#(9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9) -> out[0]=0
;; run stopped: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> out[0]=21
;; run stopped: d[0]=#(9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9) -> out[0]=0
;; run extremes: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> out[0]=200, out[1]=3
;; run extremes: d[0]=#(9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9) -> out[0]=0, out[1]=0
;; run narrow: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> out[0]=8
;; run narrow: d[0]=#(9 9 9 9 11 9 9 9 9 9 9 9 9 9 9 9) -> out[0]=18
;; run states: d[0]=#(3 7 3 200 5 8 3 3 0 1 2 3 4 5 6 7) -> out[0]=2
;; run states: d[0]=#(9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9) -> out[0]=9
;; run keys: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> in[0]=0, in[1]=31
;; run keys: d[0]=#(251 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9) -> in[0]=32, in[1]=0
;; run verdict: d[0]=#(0 7 0 200 5 9 0 0 0 1 2 0 4 5 6 7) -> ret 1
;; run verdict: d[0]=#(9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 3) -> ret 0
;; run nested: d[0]=#(3 7 3 200 5 9 3 3 0 1 2 3 4 5 6 7) -> in[0]=10, in[1]=50

; Numbers that loops change on some of their ways, and keys that they write on some: the verifier would walk every
; way through every round, and give up after a million instructions.
(defmap d :type :array :key u32 :value (array u8 16) :max-entries 1)
(defmap in :type :array :key u32 :value u64 :max-entries 2)
(defmap out :type :array :key u32 :value u64 :max-entries 8)

; Counted on one way, and asked for afterwards.
(defprog counted (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((n u64 0))
      (dotimes (i 576)
        (when (= (aref p (logand i 15)) 3) (incf n)))
      (when (> n 5) (setf (getmap out 0) n))))
  1)

; Counted, and asked for in each round.
(defprog stopped (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((n u64 0))
      (dotimes (i 400)
        (when (= (aref p (logand i 15)) 3)
          (incf n)
          (when (> n 20) (break))))
      (setf (getmap out 0) n)))
  1)

; The largest and the place where it was, the smallest: what is read on some ways.
(defprog extremes (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((low u64 255) (high u64 0) (at u64 0))
      (dotimes (i 1000)
        (let ((c (u64 (aref p (logand i 15)))))
          (when (< c low) (setf low c))
          (when (> c high) (setf high c at i))))
      (setf (getmap out 0) (- high low) (getmap out 1) at)))
  1)

; A number of 32 bits that is compared with another one.
(defprog narrow (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((limit u32 (u32 (aref p 4))) (n u32 3))
      (dotimes (i 300)
        (when (and (/= (aref p (logand i 15)) 7) (<= n limit)) (incf n)))
      (setf (getmap out 0) (+ n (if (> limit 5) 6 2)))))
  1)

; States of which there are few.
(defprog states (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((s u64 0))
      (dotimes (i 400)
        (let ((c (aref p (logand i 15))))
          (cond ((and (= s 0) (= c 200)) (setf s 1))
                ((and (= s 1) (= c 5)) (setf s 2))
                ((= c 9) (setf s 9)))))
      (setf (getmap out 0) s)))
  1)

; Keys that are written on some ways.
(defprog keys (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (dotimes (i 500)
      (unless (>= (aref p (logand i 15)) 9)
        (when (= (logand i 15) 6) (incf (getmap in 1))))
      (when (> (aref p (logand i 15)) 250) (incf (getmap in 0)))))
  1)

; Loops in loops.
(defprog nested (:section "cgroup_skb/egress")
  (when-let ((p (map-lookup d 0)))
    (let ((n u64 0))
      (dotimes (i 10)
        (dotimes (j 16)
          (when (= (aref p j) 3) (incf n))
          (when (> (aref p j) 199) (incf (getmap in 0)) (incf (getmap in 1) 5)))
        (when (> n 45) (setf n 0)))
      (setf (getmap in 0) (+ (getmap in 0) n))))
  1)

; A verdict that is made up on some ways.
(defprog verdict (:section "cgroup_skb/egress")
  (let ((verdict u32 1))
    (when-let ((p (map-lookup d 0)))
      (dotimes (i 1000)
        (when (= (aref p (logand i 15)) 3) (setf verdict 0))
        (when (= (aref p (logand i 15)) 4) (setf verdict 1))))
    verdict))
