;; run: -> ret 1, a[0]=0, a[1]=0, a[2]=0, a[3]=0

(defmap h :type :hash :key u32 :value u64 :max-entries 4)
(defmap a :type :array :key u32 :value u64 :max-entries 4)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (incf (getmap a 100))
  1)
