;; run: m[0]=#(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) -> ret 1, out[0]=0, out[1]=0xffffffff, out[2]=1, out[3]=1, out[4]=0,
;;   m[0]=#(9 10 11 12 13 14 15 16 17 10 255 255 255 14 15 16 17 18 19 20), out[5]=7, out[6]=0, out[7]=5

(defmap m :type :array :key u32 :value (array u8 20) :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 8)
(defstruct box (a u32) (b (array u8 20)))

(defprog bytes (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup m 0)))
    (let ((b (make-box :a 7)))
      (memcpy (box-b b) p 20)
      (setf (getmap out 0) (u32 (memcmp p (box-b b) 20)))
      (memset p 10 255 3)
      (setf (getmap out 1) (u32 (memcmp (box-b b) p 20)))
      (setf (getmap out 2) (u32 (memcmp p (box-b b))))
      (memcpy p 0 (box-b b) 8 9)
      (setf (getmap out 3) (if (> (memcmp p (box-b b) 20) 0) 1 0))
      (setf (getmap out 4) (u32 (memcmp p (box-b b) 0)))
      (setf (getmap out 5) (box-a b))
      (zero b)
      (setf (getmap out 6) (+ (box-a b) (aref (box-b b) 19)))
      (memset (box-b b) (+ 4 (logand (ctx len) 0) 1) 20)
      (setf (getmap out 7) (aref (box-b b) 13))))
  1)
