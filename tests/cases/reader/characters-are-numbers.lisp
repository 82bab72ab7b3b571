;; run: -> out[0]=97, out[1]=32

(defmap out :type :array :key u32 :value u64 :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) #\a)
  (setf (getmap out 1) (u64 (u8 #\space)))
  1)
