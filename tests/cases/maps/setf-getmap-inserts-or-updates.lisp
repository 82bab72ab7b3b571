;; run: -> h[1]=10, h[2]=20, a[3]=30
;; run: h[1]=1 -> h[1]=10

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap h 1) 10 (getmap h 2) 20)
  (setf (getmap a 3) 30)
  1)
