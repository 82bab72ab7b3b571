;; run: m[1]=10, m[2]=20, m[3]=30 -> ret 1, out[0]=60, out[1]=6, out[2]=3, m[1]=11, m[2]=21, m[3]=31
;; run: -> ret 1

(defmap m :type :hash :key u32 :value u64 :max-entries 8)
(defmap out :type :array :key u32 :value u64 :max-entries 3)

(defprog walk (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((values 0) (keys 0))
    (setf (getmap out 2)
          (do-map (k v m)
            (incf values (deref v))
            (incf keys (deref k))
            (incf (deref v))))
    (setf (getmap out 0) values)
    (setf (getmap out 1) keys))
  1)
