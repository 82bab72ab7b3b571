;; run: -> a[0]=1, a[1]=11, a[2]=0xffffffffffffffff
;; run: h[1]=5, a[3]=3 -> a[0]=6, a[1]=16, a[2]=2

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (incf (getmap h 1)))
  (setf (getmap a 1) (incf (getmap h 1) 10))
  (setf (getmap a 2) (decf (getmap a 3)))
  1)
