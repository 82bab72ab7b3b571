;; run: -> o[0]=0, o[1]=5, o[2]=6, o[3]=6

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defenum color (red) (green 5) (blue))
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap o 0) (u64 red))
  (setf (getmap o 1) (u64 green))
  (setf (getmap o 2) (u64 blue))
  (setf (getmap o 3) (u64 (u8 blue)))
  1)
