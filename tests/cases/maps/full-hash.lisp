;; run: h[0]=1, h[1]=1, h[2]=1, h[3]=1 -> h[9]=none, a[0]=0xfffffffffffffff9

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap a 0) (u64 (map-update h 9 9)))
  1)
