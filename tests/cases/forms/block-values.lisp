;; run: in[0]=1 -> ret 1, out[0]=0xffffffff
;; run: in[0]=2 -> ret 0, out[0]=300

(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)

(defprog values (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((x (getmap in 0))
        (v (block b (when (= (getmap in 0) 1) (return-from b -1)) (u16 300)))
        (p (block find (when (= (getmap in 0) 1) (return-from find nil)) (map-lookup in 0))))
    (setf (getmap out 0) v)
    (if p 0 1)))
