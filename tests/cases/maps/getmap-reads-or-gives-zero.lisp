;; run: -> a[0]=0, a[1]=1, h[7]=none
;; run: h[7]=5 -> a[0]=5

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (getmap h 7))
  (setf (getmap a 1) (+ 1 (getmap a 9)))
  1)
