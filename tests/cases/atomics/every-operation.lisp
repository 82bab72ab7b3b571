;; run: v[0]=#(12 0 0 0 0 0 0 0 240 0 0 0) -> ret 1, out[0]=12, out[1]=15, out[2]=10, out[3]=2, out[4]=15,
;;   out[5]=99, out[6]=99, out[7]=7, v[0]=#(7 0 0 0 0 0 0 0 5 0 0 0), out[8]=240, out[9]=241, out[10]=240, out[11]=250, out[12]=1, out[13]=1, out[14]=5

(defstruct both (wide u64) (narrow u32))
(defmap v :type :array :key u32 :value both :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 16)

(defprog operations (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup v 0)))
    (let ((w (both-wide-ptr p)) (n (both-narrow-ptr p)))
      (setf (getmap out 0) (atomic-fetch-add w 3))       ; 12, now 15
      (setf (getmap out 1) (atomic-fetch-sub w 5))       ; 15, now 10
      (setf (getmap out 2) (atomic-fetch-and w 3))       ; 10, now 2
      (setf (getmap out 3) (atomic-fetch-or w 13))       ; 2, now 15
      (setf (getmap out 4) (atomic-xchg w 99))           ; 15, now 99
      (setf (getmap out 5) (atomic-cmpxchg w 98 1))      ; 99, stays
      (setf (getmap out 6) (atomic-cmpxchg w 99 6))      ; 99, now 6
      (atomic-add w 2)
      (atomic-sub w 1)
      (setf (getmap out 7) (deref w))
      (setf (getmap out 8) (atomic-fetch-xor n 1))       ; 240, now 241
      (setf (getmap out 9) (atomic-fetch-sub n 1))       ; 241, now 240
      (setf (getmap out 10) (atomic-xchg n 250))
      (setf (getmap out 11) (atomic-cmpxchg n 250 1))
      (setf (getmap out 12) (atomic-cmpxchg n 3 9))
      (atomic-or n 4)
      (atomic-and n 5)
      (atomic-xor n 0)
      (setf (getmap out 13) (if (= (atomic-cmpxchg n 5 5) 5) 1 0))
      (setf (getmap out 14) (deref n))))
  1)
