;; run: in[0]=0 -> ret 1, out[0]=0, out[1]=0, out[2]=0
;; run: in[0]=1 -> ret 1, out[0]=0, out[1]=0, out[2]=0
;; run: in[0]=2 -> ret 1, out[0]=1, out[1]=1, out[2]=1
;; run: in[0]=1023 -> ret 1, out[0]=9, out[1]=9, out[2]=9
;; run: in[0]=1024 -> ret 1, out[0]=10, out[1]=10, out[2]=10
;; run: in[0]=0x80000000 -> ret 1, out[0]=31, out[1]=31, out[2]=63
;; run: in[0]=0xffffffffffffffff -> ret 1, out[0]=63, out[1]=31, out[2]=63
;; run: in[0]=0x8000000000000000 -> ret 1, out[0]=63, out[1]=0, out[2]=0

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 3)
(defmap slots :type :array :key u32 :value (array u64 64) :max-entries 1)

(defprog floor (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0)))
    (setf (getmap out 0) (log2 x))
    (setf (getmap out 1) (log2 (u32 x)))
    (setf (getmap out 2) (log2 (i32 x)))
    ; The verifier sees that it is below 64.
    (when-let ((all (map-lookup slots 0)))
      (incf (aref all (log2 x)))))
  (if (and (= (log2 0) 0) (= (log2 4096) 12) (= (log2 -1) 63)) 1 0))
