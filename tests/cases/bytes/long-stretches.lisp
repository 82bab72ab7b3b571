; More than 32 pieces become a loop.
;; run: -> ret 1, out[0]=0, out[1]=0xffffffff, out[2]=1, out[3]=7, out[4]=7
;; perfmon: pointer

(defmap big :type :array :key u32 :value (array u8 1003) :max-entries 2)
(defmap out :type :array :key u32 :value u64 :max-entries 5)

(defprog long (:type :cgroup-skb :section "cgroup_skb/egress")
  (when-let ((p (map-lookup big 0)) (q (map-lookup big 1)))
    (memset p 7 1003)
    (memcpy q p 1003)
    (setf (getmap out 0) (u32 (memcmp p q 1003)))
    (setf (aref q 1002) 9)
    (setf (getmap out 1) (u32 (memcmp p q 1003)))
    (setf (aref p 500) 8)
    (setf (getmap out 2) (u32 (memcmp p q 1003)))
    (setf (getmap out 3) (aref q 500))
    (setf (getmap out 4) (aref p 1002))
    (zero p)
    (zero q))
  1)
