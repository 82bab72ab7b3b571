;; run: -> sized[0]=1, small[1]=1

(defmap sized :type :array :key-size 4 :value-size 8 :max-entries 1)
(defmap small :type :hash :key-size 2 :value-size 1 :max-entries 2)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap sized 0))
  (setf (getmap small 1) (getmap sized 0))
  1)
